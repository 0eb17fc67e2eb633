"""Codes that are offered for a wrong one: those most like it, and no more work than a table deserves."""

from forms import as_csv, table
from judging import judge

from sciculture_etl.validate.expected import MAX_COMPARED

MEMBERS = {
    "기준일": "2020-12-31", "협회명": "가상과학자협회", "약칭": "KXEA", "국가": "캐나다", "회원구분": "정회원",
    "회원수": "120", "집계기준": "등록",
}  # fmt: skip


def test_codes_like_the_wrong_one_are_offered_for_so_many_of_a_table() -> None:
    unlike = ({"국가": f"가상 {n}"} for n in range(MAX_COMPARED - 1))
    judged = judge(as_csv(table(MEMBERS, {"국가": "카나다"}, *unlike, {"국가": "카나타"})))
    (found,) = (outcome.findings for outcome in judged.outcomes.values())
    assert found.height == MAX_COMPARED + 1
    assert found["expected_ko"][0].startswith("캐나다")
    assert not found["expected_ko"][-1].startswith("캐나다")
    assert "가지" in found["expected_ko"][-1]
