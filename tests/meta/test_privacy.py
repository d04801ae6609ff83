"""Privacy as code: nothing is kept that nobody has thought about, and no report shows a person."""

import pytest
from django.apps import apps
from django.db import connection, models

from kyodo import privacy

OURS = [model for model in apps.get_models() if privacy.is_ours(model.__module__)]


def test_every_model_and_field_is_declared() -> None:
    declared = privacy.declared()
    missing = []
    for model in OURS:
        source = privacy.source_of(model)
        known = declared.get(source._meta.label)
        if known is None:
            missing.append(
                f"{source._meta.label}: nobody has declared it in {source._meta.app_label}/privacy.py"
            )
            continue
        # A history row has its source's columns, and four of the library's that tell when and by which change.
        own = {name for name in privacy.field_names(model) if model is source or not name.startswith("pgh_")}
        missing += [f"{model._meta.label}.{name}: not declared" for name in sorted(own - known.kinds.keys())]

    assert missing == []
    assert len(OURS) > 70


def test_nothing_is_declared_that_is_not_there() -> None:
    models_there = {model._meta.label: model for model in OURS}
    gone = []
    for label, known in privacy.declared().items():
        model = models_there.get(label)
        there = privacy.field_names(model) if model else set()
        gone += [f"{label}.{name}: no such field" for name in sorted(known.kinds.keys() - there)]

    assert gone == []


def test_every_model_of_a_library_is_declared_as_a_whole() -> None:
    there = {model._meta.label for model in apps.get_models()} - {model._meta.label for model in OURS}

    assert there == privacy.LIBRARIES.keys()


@pytest.mark.django_db
def test_no_report_stands_on_a_personal_column() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT view_name, table_name, column_name FROM information_schema.view_column_usage"
            " WHERE view_schema = 'public' AND view_name LIKE 'report\\_%'"
        )
        used = cursor.fetchall()
    kinds = _columns()
    wrong = [
        f"{view} reads {table}.{column}: {kinds.get((table, column), 'of no model')}"
        for view, table, column in used
        if kinds.get((table, column)) != privacy.PLAIN
    ]

    assert wrong == []
    assert len({view for view, _table, _column in used}) >= 6


def test_a_declaration_names_each_field_once_and_under_a_known_rule() -> None:
    with pytest.raises(ValueError, match="twice"):
        privacy.fields(plain="id", text="id")
    with pytest.raises(ValueError, match="rule"):
        privacy.fields(whim="id")


def _columns() -> dict[tuple[str, str], str]:
    """What is declared of each column, those of many-to-many tables as the field they stand for."""
    found: dict[tuple[str, str], str] = {}
    declared = privacy.declared()
    for model in OURS:
        known = declared[privacy.source_of(model)._meta.label]
        for field in model._meta.local_fields:
            kind = known.kinds.get(field.name, privacy.PLAIN)
            found[model._meta.db_table, str(field.column)] = kind
        for field in model._meta.local_many_to_many:
            through: type[models.Model] = field.remote_field.through
            for column in through._meta.local_fields:
                found[through._meta.db_table, str(column.column)] = known.kinds[field.name]
    return found
