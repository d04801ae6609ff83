import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.models import Consultation
from tests.factories.centre import CentreFactory
from tests.factories.consultations import ConsultationFactory, LockOutFactory

pytestmark = pytest.mark.django_db


def test_no_address_of_what_one_is_kept_out_of(client: Client, coordinator: User) -> None:
    CentreFactory()
    seen, hidden = ConsultationFactory(), ConsultationFactory()
    LockOutFactory(consultation=hidden, user=coordinator)
    client.force_login(coordinator)
    kind = ContentType.objects.get_for_model(Consultation).pk

    def asked(pk: object) -> int:
        return client.get(reverse("admin:view_on_site", args=[kind, pk])).status_code

    assert asked(seen.pk) == 302
    assert asked(hidden.pk) == asked(hidden.pk + 1) == asked("x") == 404
    assert client.get(reverse("admin:view_on_site", args=[2**31 - 1, 1])).status_code == 404
