"""The shape of a phone number and a postal code, for every model that holds one."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

phone_number = RegexValidator(
    r"^0\d{1,4}-\d{1,4}-\d{3,4}$", _("電話番号は 045-671-4732 のように、ハイフンを入れて書いてください。")
)
postal_code = RegexValidator(r"^\d{3}-\d{4}$", _("郵便番号は 231-0005 のように書いてください。"))
