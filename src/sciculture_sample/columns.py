"""What the columns are called, by dataset: the name first, then the other names people use for it."""

PARENTS = {
    "sido_name": "지역", "sigungu_name": "지역", "eupmyeondong_name": "지역",
    "session_count": "운영실적", "beneficiary_count": "운영실적", "attendance_count": "운영실적",
    "user_count": "운영실적", "visitor_count": "운영실적",
}  # fmt: skip
MONEY = ("national_fund_krw", "local_fund_krw", "grant_amount_krw", "support_amount_krw", "used_amount_krw")
UNITS = {
    "lead_instructor_count": "명", "assistant_instructor_count": "명", "instructor_count": "명",
    "session_count": "회", "beneficiary_count": "명", "attendance_count": "명", "satisfaction_score": "%",
    "participant_count": "명", "user_count": "명", "visitor_count": "명", "respondent_count": "명",
    "issued_count": "명", "use_count": "건", "operating_day_count": "일", "member_count": "명", "regular_count": "명",
    "student_count": "명", "honorary_count": "명", "all_members_count": "명", "accompanying_count": "명",
    "paper_count": "건", "attendee_count": "명", "expert_count": "명", "award_count": "명",
} | dict.fromkeys(MONEY, "원")  # fmt: skip
# A score whose unit stands in a column of its own.
WITHOUT_UNIT = {("satisfaction_survey", "satisfaction_score")}
_ANY = {
    "program_year": ("사업연도", "연도", "년도", "사업년도"),
    "row_number": ("연번",),
    "remark": ("비고",),
    "sido_name": ("시도",),
    "sigungu_name": ("시군구",),
    "eupmyeondong_name": ("읍면동",),
    "one_cell": ("지역",),
    "start_date": ("시작일",),
    "end_date": ("종료일",),
    "half": ("반기",),
    "quarter": ("분기",),
    "month": ("월",),
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
    "private_activity_project": _ANY
    | {
        "project_code": ("과제번호", "과제코드", "번호"),
        "institution_name": ("수행기관", "기관명", "주관기관", "단체명"),
        "institution_type": ("기관유형", "구분", "유형"),
        "project_title": ("과제명", "사업명", "프로그램명"),
        "project_track": ("지원유형", "공모분야"),
        "sido_name": ("지역", "시도"),
        "grant_amount_krw": ("지원금", "지원액", "협약금액"),
        "period": ("사업기간", "협약기간"),
        "participant_count": ("참여인원", "참가자수", "수혜인원"),
    },
    "imagination_room_program": _ANY
    | {
        "institution_name": ("기관명", "운영기관"),
        "program_name": ("프로그램명", "프로그램명(행사명)", "행사명"),
        "program_type": ("구분", "프로그램 유형"),
        "period": ("운영기간", "기간"),
        "session_count": ("운영횟수", "회차"),
        "user_count": ("이용자수", "이용인원", "참여자수", "이용자(명)"),
    },
    "do_dream_operation": _ANY
    | {
        "tour_region": ("권역",),
        "stop_name": ("개최지", "개최지역"),
        "institution_name": ("운영기관", "과학관명"),
        "venue_name": ("장소", "개최장소"),
        "operation_date": ("운영일", "일자", "날짜", "개최일"),
        "session_count": ("운영횟수", "회차수", "횟수"),
        "visitor_count": ("관람객(참여자)수", "관람인원", "참여자수", "방문객수"),
    },
    "satisfaction_survey": _ANY
    | {
        "program_code": ("사업명", "프로그램"),
        "unit_name": ("조사단위", "권역", "기관명"),
        "respondent_count": ("응답자수", "표본수", "N", "응답인원"),
        "satisfaction_score": ("만족도", "만족도 점수", "종합만족도"),
        "scale": ("척도", "측정척도"),
    },
    "regional_culture_support": _ANY
    | {
        "support_type": ("구분",),
        "operator_name": ("운영기관",),
        "designated_date": ("선정일",),
        "project_name": ("세부사업명", "프로그램명"),
        "session_count": ("운영횟수",),
        "participant_count": ("참여인원",),
        "national_fund_krw": ("국비",),
        "local_fund_krw": ("지방비",),
    },
    "voucher_usage": _ANY
    | {
        "beneficiary_category": ("자격구분",),
        "product_category": ("상품구분",),
        "issued_count": ("발급인원",),
        "user_count": ("이용인원",),
        "use_count": ("이용건수",),
        "used_amount_krw": ("사용액",),
    },
    "science_museum_support": _ANY
    | {
        "museum_name": ("과학관명",),
        "museum_type": ("설립구분",),
        "exhibit_name": ("전시콘텐츠", "지원내용"),
        "period": ("기간",),
        "visitor_count": ("관람객수",),
        "operating_day_count": ("운영일수",),
        "support_amount_krw": ("지원금",),
    },
    "inclusive_program": _ANY
    | {
        "institution_name": ("운영기관", "기관명"),
        "program_name": ("프로그램명",),
        "program_code": ("사업구분", "사업명"),
        "target_group": ("대상",),
        "session_count": ("운영횟수",),
        "participant_count": ("참여인원",),
    },
    "overseas_association_membership": _ANY
    | {
        "reference_date": ("기준일",),
        "association_code": ("약칭",),
        "association_name": ("협회명",),
        "association_name_en": ("영문명",),
        "country_code": ("국가",),
        "world_region": ("권역",),
        "founded": ("설립", "창립"),
        "founded_place": ("설립지",),
        "member_type": ("회원구분",),
        "member_count": ("회원수",),
        "regular_count": ("정회원",),
        "student_count": ("학생회원",),
        "honorary_count": ("명예회원",),
        "all_members_count": ("계",),
        "count_basis": ("집계기준",),
    },
    "event_edition": _ANY
    | {
        "series_code": ("구분", "행사구분"),
        "edition_no": ("회차",),
        "event_title": ("행사명",),
        "period": ("개최기간", "기간"),
        "theme": ("주제",),
        "subtheme": ("부제",),
        "venue_name": ("장소",),
        "city": ("도시",),
        "country_code": ("국가",),
        "mode": ("개최방식",),
        "host": ("주최",),
        "organizer": ("주관",),
        "sponsor": ("후원",),
        "participant_count": ("참가자수",),
        "accompanying_count": ("동반자",),
        "paper_count": ("논문수",),
        "figure_status": ("수치구분",),
    },
    "event_attendance": _ANY
    | {
        "series_code": ("구분", "행사구분"),
        "edition_no": ("회차",),
        "country_code": ("국가",),
        "attendee_type": ("참가유형",),
        "attendee_count": ("참가자수",),
    },
    "cooperation_record": _ANY
    | {
        "record_type": ("구분",),
        "record_no": ("번호",),
        "title": ("내용",),
        "partner_code": ("상대기관",),
        "country_code": ("국가",),
        "record_date": ("일자",),
        "series_code": ("시상 행사",),
        "expert_count": ("전문가수",),
        "participant_count": ("참여인원",),
        "award_count": ("수상자수",),
        "status": ("상태",),
    },
}


def header_text(dataset: str, field: str, wording: int, unit: bool, line_break: bool) -> str:
    """The header of a column, with its unit in brackets or a line break before its bracket where asked."""
    names = HEADERS[dataset][field]
    text = names[wording % len(names)]
    if (
        unit
        and field in UNITS
        and (dataset, field) not in WITHOUT_UNIT
        and not text.endswith((f"({UNITS[field]})", "%)"))
    ):
        text += f"({UNITS[field]})"
    if line_break and "(" in text:
        text = text.replace("(", "\n(", 1)
    return text
