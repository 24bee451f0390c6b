import pandas as pd
import pytest

from gis.rules import VERDICTS
from gis.text import UNVERIFIED
from maps.controls.popup import Popup


def rule(**changes):
    plain = {
        "rule_id": "r1",
        "verdict": "procedure",
        "mark": "V",
        "procedure_vi": "Làm đơn.",
        "procedure_en": "Apply.",
        "citation": "Điều 1",
        "decides_vi": "UBND xã",
        "decides_en": "commune committee",
        "decided_by": "Điều 2",
        "verified": True,
    }
    return pd.DataFrame([plain | changes])


def test_a_rule_is_told_with_procedure_citation_and_deciding_body():
    assert Popup(rule()).data["rules"] == {
        "r1": {
            "verdict": VERDICTS.index("procedure"),
            "procedure": "Làm đơn.",
            "citation": "Điều 1",
            "decides": "UBND xã · Điều 2",
            "verified": True,
        }
    }
    assert Popup(rule(), lang="en").data["rules"]["r1"]["procedure"] == "Apply."


def test_an_unverified_rule_is_marked_and_a_rule_about_the_data_is_no_law():
    assert Popup(rule(mark="I", verified=False)).data["rules"]["r1"]["verified"] is False
    assert Popup(rule(mark="", verified=False)).data["rules"]["r1"]["verified"] is None
    assert UNVERIFIED["vi"] in Popup().data["words"]["unverified"]


def test_what_a_rule_lacks_is_left_out():
    bare = rule(decides_vi=None, decided_by=float("nan"), citation="", verdict=None)
    known = Popup(bare).data["rules"]["r1"]
    assert (known["decides"], known["citation"], known["verdict"]) == (None, None, None)


def test_every_rule_of_a_result_is_told(small):
    told = Popup(small.rules).data["rules"]
    assert set(told) == set(small.rules["rule_id"])
    assert all(each["procedure"] for each in told.values())


@pytest.mark.parametrize("unknown", [None, float("nan"), pd.NA])
def test_a_rule_that_does_not_say_whether_it_was_checked_was_not(unknown):
    told = Popup(rule().astype({"verified": object}).assign(verified=unknown))
    assert told.data["rules"]["r1"]["verified"] is False
