"""How Japanese dates look everywhere: 2026年11月20日（金） 13:00. What is not said here, Django's own Japanese formats say."""

DATE_FORMAT = "Y年n月j日（D）"
TIME_FORMAT = "G:i"
DATETIME_FORMAT = "Y年n月j日（D） G:i"
YEAR_MONTH_FORMAT = "Y年n月"
MONTH_DAY_FORMAT = "n月j日（D）"
SHORT_DATE_FORMAT = "Y/m/d"
SHORT_DATETIME_FORMAT = "Y/m/d G:i"
FIRST_DAY_OF_WEEK = 0

# ISO first: browsers send it, and a paper list may hold any of the others.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S", "%H時%M分"]
DATETIME_INPUT_FORMATS = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M"]
