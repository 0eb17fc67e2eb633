"""Revised Romanization of Korean division names, with the official unit suffixes (-si, -gun, -gu, -dong ...)."""

import re

_INITIALS = "g,kk,n,d,tt,r,m,b,pp,s,ss,,j,jj,ch,k,t,p,h".split(",")  # noqa: SIM905
_VOWELS = "a,ae,ya,yae,eo,e,yeo,ye,o,wa,wae,oe,yo,u,wo,we,wi,yu,eu,ui,i".split(",")  # noqa: SIM905
# What a final consonant is at a word's end, and what of it stays and what moves on before a vowel.
_FINALS = ",k,k,k,n,n,n,t,l,k,m,l,l,l,p,l,m,p,p,t,t,ng,t,t,k,t,p,t".split(",")  # noqa: SIM905
_LIAISON = [
    ("", ""), ("", "g"), ("", "kk"), ("k", "s"), ("", "n"), ("n", "j"), ("n", ""), ("", "d"), ("", "r"), ("l", "g"),
    ("l", "m"), ("l", "b"), ("l", "s"), ("l", "t"), ("l", "p"), ("", "r"), ("", "m"), ("", "b"), ("p", "s"),
    ("", "s"), ("", "ss"), ("ng", ""), ("", "j"), ("", "ch"), ("", "k"), ("", "t"), ("", "p"), ("", ""),
]  # fmt: skip
_NASAL = {"k": "ng", "t": "n", "p": "m"}

_UNITS = {"시": "si", "군": "gun", "구": "gu", "도": "do", "읍": "eup", "면": "myeon", "동": "dong", "가": "ga"} | {
    "로": "ro"
}

SIDO_ENGLISH = {
    "서울특별시": "Seoul",
    "부산광역시": "Busan",
    "대구광역시": "Daegu",
    "인천광역시": "Incheon",
    "광주광역시": "Gwangju",
    "대전광역시": "Daejeon",
    "울산광역시": "Ulsan",
    "세종특별자치시": "Sejong",
    "경기도": "Gyeonggi-do",
    "강원도": "Gangwon-do",
    "강원특별자치도": "Gangwon State",
    "충청북도": "Chungcheongbuk-do",
    "충청남도": "Chungcheongnam-do",
    "전라북도": "Jeollabuk-do",
    "전북특별자치도": "Jeonbuk State",
    "전라남도": "Jeollanam-do",
    "경상북도": "Gyeongsangbuk-do",
    "경상남도": "Gyeongsangnam-do",
    "제주특별자치도": "Jeju-do",
    # No official English name is in the sources yet: this one is ours.
    "전남광주통합특별시": "Jeonnam-Gwangju",
}


def romanise(name: str) -> str:
    """Romanise one division's own name: 수원시 -> Suwon-si, 역삼1동 -> Yeoksam 1-dong, 종로2가 -> Jongno 2-ga."""
    if name in SIDO_ENGLISH:
        return SIDO_ENGLISH[name]
    name = name.replace("제", "", 1) if re.search(r"[가-힣]제\d", name) else name
    match = re.fullmatch(r"(?P<stem>.*?)(?P<number>[\d.,·]*)(?P<unit>[시군구읍면동가로])", name)
    if not match or not (match["stem"] or match["number"]):
        return _capital(_spell(name))
    stem = _capital(_stem(match["stem"]))
    number = f" {match['number']}" if match["number"] else ""
    return f"{stem}{number}-{_UNITS[match['unit']]}".strip()


def _stem(stem: str) -> str:
    """A stem may hold numbers of its own, as in 화수1.화평동 or 금호2.3가동."""
    spelt = re.sub(r"[가-힣]+", lambda hangul: "ga" if hangul[0] == "가" else _capital(_spell(hangul[0])), stem)
    return re.sub(r"(?<=[a-z])(?=\d)", " ", spelt)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _spell(hangul: str) -> str:
    """Spell Hangul syllables with the sound changes the romanisation shows: liaison, nasals, ㄹ, and ㅎ kept."""
    syllables = [_parts(char) for char in hangul]
    out: list[str] = []
    onset_override: str | None = None
    for position, (initial, vowel, final) in enumerate(syllables):
        onset = _INITIALS[initial] if onset_override is None else onset_override
        onset_override = None
        coda = _FINALS[final]
        following = _INITIALS[syllables[position + 1][0]] if position + 1 < len(syllables) else None
        if coda == "n" and hangul[position + 1 :] == "로":  # 신문로 is a compound: Sinmunno, not Sinmullo
            onset_override = "n"
        elif final and following is not None:
            coda, onset_override = _meet(final, coda, following)
        out.append(onset + _VOWELS[vowel] + coda)
    return "".join(out)


def _meet(final: int, coda: str, following: str) -> tuple[str, str | None]:
    """What a final consonant and the next initial become: (coda, changed initial or None)."""
    if following == "" and coda != "ng":
        return _LIAISON[final]
    if following == "r":
        if coda in ("n", "l"):
            return "l", "l"
        return _NASAL.get(coda, coda), "n"
    if following == "n" and coda == "l":
        return "l", "l"
    if following in ("n", "m"):
        return _NASAL.get(coda, coda), None
    return coda, None


def _parts(char: str) -> tuple[int, int, int]:
    index = ord(char) - 0xAC00
    return index // 588, index % 588 // 28, index % 28
