from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from consultations.models import CannedReply
from consultations.rules import replies
from kyodo import forms


class CannedReplyForm(forms.ModelForm[CannedReply]):
    """Refuses a placeholder that nothing would fill in."""

    class Meta:
        model = CannedReply
        fields = ("title", "kind", "body", "position", "is_active")

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        known = format_html_join("、", "{{{}}} {}", replies.PLACEHOLDERS.items())
        if "body" in self.fields:
            self.fields["body"].help_text = format_html(_("次の印は、送るときに置きかわります。{}"), known)

    def clean_body(self) -> str:
        body = str(self.cleaned_data["body"])
        replies.check(body)
        return body
