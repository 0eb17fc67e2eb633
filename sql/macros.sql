-- Small functions that the SQL of core and mart shares.

-- A name for comparison: without white space and legal form, lower case.
CREATE OR REPLACE MACRO name_key(name) AS
    lower(regexp_replace(nfc_normalize(name), '\s|\(주\)|㈜|\(사\)|\(재\)|주식회사|사단법인|재단법인', '', 'g'));

-- A facility without a code is known by its name and its eup/myeon/dong (Sejong and the like: its sigungu).
CREATE OR REPLACE MACRO facility_key(name, region) AS
    lower(regexp_replace(nfc_normalize(name), '\s', '', 'g')) || '|' || coalesce(region, '');

-- Share in percent, one decimal, half up; NULL where there is nothing to share.
CREATE OR REPLACE MACRO percent(part, whole) AS round(100.0 * part / nullif(whole, 0), 1);

-- Rounded half up as people do it: 89.25 becomes 89.3, though binary fractions lie a little below.
CREATE OR REPLACE MACRO round_half_up(x, n) AS CAST(round(CAST(x AS DECIMAL(38, 10)), n) AS DOUBLE);

-- Mean of a score over those who gave it, not rounded.
CREATE OR REPLACE MACRO weighted_mean(score, weight) AS sum(score * weight) / nullif(sum(weight), 0);

-- Place of what decided between two versions in the order of evidence (sql/rules/version_order.sql).
CREATE OR REPLACE MACRO evidence_level(decided_by) AS list_position(
    ['preference', 'made_on', 'saved_at', 'file_name', 'arrival', 'channel_time', 'undecided'], decided_by
);

-- Under which code a row stands at a level of the region: its own, else the narrowest wider one that is known, else 00.
CREATE OR REPLACE MACRO region_at(region_level, sido, sigungu, general_gu, eupmyeondong) AS
    CASE region_level
        WHEN 'nation' THEN '00'
        WHEN 'sido' THEN coalesce(sido, '00')
        WHEN 'sigungu' THEN coalesce(sigungu, sido, '00')
        WHEN 'general_gu' THEN coalesce(general_gu, sigungu, sido, '00')
        ELSE coalesce(eupmyeondong, general_gu, sigungu, sido, '00')
    END;
