"""Words of which all measured texts are made, so that a search finds as much on each side."""

import random

WORDS = [
    "見守り",
    "子育て",
    "まちづくり",
    "防災",
    "日本語",
    "環境",
    "里山",
    "音楽",
    "福祉",
    "多文化",
    "読み聞かせ",
    "居場所",
]
KANA = [
    "みまもり",
    "こそだて",
    "まちづくり",
    "ぼうさい",
    "にほんご",
    "かんきょう",
    "さとやま",
    "おんがく",
    "ふくし",
    "たぶんか",
    "よみきかせ",
    "いばしょ",
]
PLACES = [
    "つるみ",
    "かながわ",
    "なか",
    "ほどがや",
    "いそご",
    "こうほく",
    "とつか",
    "あおば",
    "つづき",
    "さかえ",
]


def sentences(chance: random.Random, length: int) -> str:
    """As many as make about this many signs."""
    parts = [
        f"{chance.choice(PLACES)}で{chance.choice(WORDS)}の活動を広げたいという話。"
        for _part in range(length // 18)
    ]
    return "".join(parts)
