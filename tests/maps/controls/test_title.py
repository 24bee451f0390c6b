from maps.controls.title import Title


def test_the_schematic_notice_stands_in_both_languages_and_only_where_it_is_true():
    notice = Title("x", schematic=True).data["notice"]
    assert "không có giá trị pháp lý" in notice
    assert "not a legal record" in notice
    assert Title("x").data["notice"] is None


def test_facts_and_notes_are_passed_on_as_they_are():
    data = Title("Tên", facts=[("Ngày xét", "01/06/2026")], notes=["một"]).data
    assert (data["heading"], data["facts"], data["notes"]) == (
        "Tên",
        [["Ngày xét", "01/06/2026"]],
        ["một"],
    )


def test_the_button_for_more_notes_says_how_many_there_are():
    data = Title("x", notes=["n"] * 12, lang="en").data
    assert (data["notesShown"], data["showAll"]) == (4, "Show all 12 notes")
