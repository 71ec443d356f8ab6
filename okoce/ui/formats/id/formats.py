"""Indonesian formats as the programme writes them: Rabu 12 Agustus 2026, 09.00, 6.160, Rp8,4 juta."""

DATE_FORMAT = "j F Y"
LONG_DATE_FORMAT = "l j F Y"
SHORT_DATE_FORMAT = "j M Y"
DAY_MONTH_FORMAT = "j M"
TIME_FORMAT = "H.i"
DATETIME_FORMAT = "j F Y, H.i"
SHORT_DATETIME_FORMAT = "j M Y, H.i"
YEAR_MONTH_FORMAT = "F Y"
MONTH_DAY_FORMAT = "j F"
FIRST_DAY_OF_WEEK = 1
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]
TIME_INPUT_FORMATS = ["%H:%M", "%H.%M", "%H:%M:%S"]
DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "."
NUMBER_GROUPING = 3
