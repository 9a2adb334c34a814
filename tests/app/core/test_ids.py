from app.core.ids import new_id


def test_an_id_is_a_version_7_uuid_of_the_rfc_variant() -> None:
    made = new_id()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


def test_ids_are_distinct_and_sort_by_the_millisecond_they_were_made_in() -> None:
    made = [new_id() for _ in range(2000)]
    assert len(set(made)) == len(made)
    stamps = [each.int >> 80 for each in made]
    assert stamps == sorted(stamps)
