-- What institutions send: one form a dataset. Grain: dataset.
SELECT
    dataset,
    title_ko,
    title_en,
    program_code,
    submitter,
    cadence,
    grain,
    partition_columns
FROM reference.contract
ORDER BY dataset
