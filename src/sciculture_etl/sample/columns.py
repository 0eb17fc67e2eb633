"""What the columns are called, by dataset: the name first, then the other names people use for it."""

PARENTS = {
    "sido_name": "지역", "sigungu_name": "지역", "eupmyeondong_name": "지역",
    "session_count": "운영실적", "beneficiary_count": "운영실적", "attendance_count": "운영실적",
}  # fmt: skip
UNITS = {
    "lead_instructor_count": "명", "assistant_instructor_count": "명", "instructor_count": "명",
    "national_fund_krw": "원", "local_fund_krw": "원", "session_count": "회", "beneficiary_count": "명",
    "attendance_count": "명", "satisfaction_score": "%",
}  # fmt: skip
_ANY = {
    "program_year": ("사업연도", "연도", "년도", "사업년도"),
    "row_number": ("연번",),
    "remark": ("비고",),
    "sido_name": ("시도",),
    "sigungu_name": ("시군구",),
    "eupmyeondong_name": ("읍면동",),
}
HEADERS: dict[str, dict[str, tuple[str, ...]]] = {
    "institution": _ANY
    | {
        "institution_code": ("기관코드",),
        "institution_name": ("기관명",),
        "institution_name_en": ("영문명",),
        "institution_type": ("기관유형",),
        "valid_from": ("등록일",),
    },
    "dsc_institution_year": _ANY
    | {
        "institution_name": ("기관명", "운영기관", "책임운영기관", "지역운영센터"),
        "lead_instructor_count": ("주강사", "강사(주)"),
        "assistant_instructor_count": ("보조강사", "부강사"),
        "instructor_count": ("강사수", "강사 계", "강사(명)", "강사 인원"),
        "national_fund_krw": ("국비", "재단지원금"),
        "local_fund_krw": ("지방비", "시비·도비"),
    },
    "dsc_facility": _ANY
    | {
        "facility_code": ("시설코드", "교육장코드"),
        "facility_name": ("시설명", "교육장명", "교육장", "장소"),
        "facility_type": ("시설구분", "시설유형"),
        "one_cell": ("소재지", "주소"),
    },
    "dsc_class": _ANY
    | {
        "institution_name": ("기관명", "운영기관"),
        "term": ("기수", "분기", "기"),
        "class_name": ("강좌명", "프로그램명", "교육명"),
        "class_no": ("반", "반번호"),
        "class_track": ("유형", "운영유형", "구분"),
        "target_group": ("교육대상", "대상", "수혜대상"),
        "facility_code": ("교육장코드", "시설코드"),
        "facility_name": ("교육장명", "시설명", "장소"),
        "one_cell": ("소재지",),
        "session_count": ("운영횟수", "횟수", "수업횟수", "차시"),
        "beneficiary_count": ("수혜자수(순인원)", "수혜자", "순인원", "수강생수", "실인원"),
        "attendance_count": ("수혜자(연인원)", "연인원", "누적인원"),
        "satisfaction_score": ("만족도", "만족도(%)"),
    },
}


def header_text(dataset: str, field: str, wording: int, unit: bool, line_break: bool) -> str:
    """The header of a column, with its unit in brackets or a line break before its bracket where asked."""
    names = HEADERS[dataset][field]
    text = names[wording % len(names)]
    if unit and field in UNITS and not text.endswith((f"({UNITS[field]})", "%)")):
        text += f"({UNITS[field]})"
    if line_break and "(" in text:
        text = text.replace("(", "\n(", 1)
    return text
