{% test complete(model, columns) %}
SELECT * FROM {{ model }} WHERE {% for name in columns %}{{ name }} IS NULL{{ " OR " if not loop.last }}{% endfor %}
{% endtest %}

{% test in_range(model, column_name, low, high) %}
SELECT {{ column_name }} FROM {{ model }} WHERE {{ column_name }} NOT BETWEEN {{ low }} AND {{ high }}
{% endtest %}

{% test unique_together(model, columns) %}
SELECT {{ columns | join(", ") }} FROM {{ model }} GROUP BY {{ columns | join(", ") }} HAVING count(*) > 1
{% endtest %}
