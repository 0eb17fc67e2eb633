"""Invented names: of centres, facilities and classes. None is the name of a real one, and none is a person's."""

from typing import NamedTuple

INSTITUTION_WORDS = (
    "나래", "누리", "미르", "도담", "한들", "가온", "해솔", "여울", "다솜", "라온", "마루", "새봄", "아람", "푸름",
    "한빛내", "별하", "온새", "이든", "잎새", "초록내", "큰솔", "타래", "하늬", "흰돌", "솔찬", "보람터", "달빛골",
    "물빛내", "꽃가람", "늘품", "바람골", "단비", "은하내", "시나브로", "아라", "윤슬", "너울", "모아", "미리내",
    "산들", "그루", "두레", "슬기샘", "참빛",
)  # fmt: skip
INSTITUTION_WORDS_EN = (
    "Narae", "Nuri", "Mir", "Dodam", "Handeul", "Gaon", "Haesol", "Yeoul", "Dasom", "Raon", "Maru", "Saebom", "Aram",
    "Pureum", "Hanbitnae", "Byeolha", "Onsae", "Ideun", "Ipsae", "Choroknae", "Keunsol", "Tarae", "Hanui", "Huindol",
    "Solchan", "Boramteo", "Dalbitgol", "Mulbitnae", "Kkotgaram", "Neulpum", "Baramgol", "Danbi", "Eunhanae",
    "Sinabeuro", "Ara", "Yunseul", "Neoul", "Moa", "Mirinae", "Sandeul", "Geuru", "Dure", "Seulgisaem", "Chambit",
)  # fmt: skip


class InstitutionKind(NamedTuple):
    """A kind of centre: what its name ends in, in both languages, and its type in the register."""

    ending: str
    ending_en: str
    register_type: str


INSTITUTION_KINDS = (
    InstitutionKind("대학교 산학협력단", "University", "학교"),
    InstitutionKind("테크노파크", "Technopark", "재단·사단법인"),
    InstitutionKind("과학관", "Science Museum", "과학관 등"),
    InstitutionKind("과학문화협회", "Science Culture Association", "협회"),
    InstitutionKind("학교법인", "School Foundation", "학교법인"),
)
MOST_INSTITUTIONS = len(INSTITUTION_WORDS) * 3


class FacilityKind(NamedTuple):
    """A kind of facility: what its name is made of, and the words that list it."""

    pattern: str
    facility_type: str
    weight: int


# {dong}: the place itself; {word}: an invented word. Names that hold {dong} occur once in a place.
FACILITY_KINDS = (
    FacilityKind("{dong} 주민자치센터", "주민자치센터", 22),
    FacilityKind("{dong} 행정복지센터", "행정복지센터", 16),
    FacilityKind("{word} 지역아동센터", "지역아동센터", 26),
    FacilityKind("{word} 작은도서관", "작은도서관", 16),
    FacilityKind("{word} 도서관", "도서관", 8),
    FacilityKind("{word} 종합사회복지관", "복지관", 8),
    FacilityKind("{word} 청소년문화의집", "문화의집", 6),
    FacilityKind("{word} 청소년수련관", "수련관", 3),
    FacilityKind("{word} 초등학교", "학교", 5),
    FacilityKind("{word} 유치원", "유치원", 3),
    FacilityKind("{word} 과학체험관", "과학관", 2),
    FacilityKind("{word} 경로당", "경로당", 3),
    FacilityKind("{word} 부대 교육관", "군부대", 1),
    FacilityKind("{word} 나눔터", "기타", 2),
)
# 숖, 똠 and 펲 lie outside the 2,350 syllables of EUC-KR: only CP949 can write them.
FACILITY_WORDS = (
    "꿈숖", "별샘", "해오름", "새싹", "느티나무", "무지개", "도토리", "반딧불", "초롱", "하늘꿈", "똠방", "물레방아",
    "달팽이", "소나기", "징검다리", "꿈틀", "한울", "샛별", "옹달샘", "봄내", "책숲", "모두", "펲시콜", "아름드리",
    "두루미", "솔방울", "은모래", "푸른솔", "호롱불", "해맑은", "다람쥐", "큰나무", "종이배", "햇살", "구름산",
    "너른들", "책마루", "동그라미",
)  # fmt: skip

CLASS_NAMES = (
    "생활 속 화학", "빛과 그림자", "햇빛 자동차 만들기", "부엌에서 만나는 과학", "별자리 관측교실", "코딩과 로봇",
    "공기의 힘", "식물과 친구하기", "물의 여행", "소리 탐험대", "자석 놀이터", "우리 동네 지질 탐사", "미생물 관찰",
    "에너지 지킴이", "비행기의 원리", "드론 기초", "3D 프린팅 첫걸음", "과학마술 교실", "천연 비누와 산·염기",
    "날씨 예보관", "전기회로 만들기", "몸의 비밀", "착시와 뇌", "수학으로 보는 무늬",
)  # fmt: skip
EVENT_CLASS_NAMES = ("찾아가는 과학버스", "우리 마을 과학마당")
TRACKS = {"creative": "창의과학교실", "sharing": "나눔과학교실"}
TARGET_GROUPS = {"초등": 55, "유아": 10, "중고등": 12, "성인": 8, "노인": 8, "장애인": 4, "다문화": 3}
