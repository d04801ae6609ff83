"""How every form of the site looks: label, hint, error, field, in that order, linked for a screen reader."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    field_template_name = "components/field.html"
    form_template_name = "components/form.html"
