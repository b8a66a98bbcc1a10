#!/usr/bin/env python3
"""The selection method, written down a second time: plain, slow, and independent of dsel.

  pip install xxhash regex           (Python 3.11, whose unicodedata is Unicode 14.0.0; and zstd)
  oracle.py tables                   write buckets.json and selection.json beside this file
  oracle.py reference FOLDER         compare wordpunct with the DSIR reference's tokens in FOLDER
  oracle.py tokens TEXT              print what becomes of one text

buckets.json: {"cases": [...]}, each with "note", "text", and for both tokenizers, "words" and
"wordpunct": "tokens"; "hashes" (one a token, 16 hex digits); "buckets_10000", a list an order for
the orders 1, 2 and 3, each in token order; "buckets_16777216", "buckets_2" and "buckets_3", order 1
alone. A long text or token is written {"repeat": [piece, times]}.

selection.json: {"runs": [...], "budgets": [...]}, each with "settings" and what they lead to on
Fixtures/wiki.jsonl (target) and Fixtures/crawl.jsonl.zst (pool). "threshold_key" is the smallest
key selected, "selected" is in pool order, "documents" are the first 60 of the pool: an ineligible
document has a key, too, but takes no part. The budgets are other ways to say how many to select.
Sums here are exactly rounded (math.fsum): compare with a relative tolerance of 1e-9.
"""

import json
import math
import pathlib
import re
import subprocess
import sys
import unicodedata

import regex
import xxhash

assert unicodedata.unidata_version == "14.0.0", "Python 3.11 is needed"

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent.parent
MASK = 2**64 - 1

# -------------------------------------------------------------------------------------------------
# Tokens


def is_space(character):
    return re.match(r"\s", character) is not None


def is_word(character):
    return character.isalnum() or character == "_"


def is_extend(character):
    return unicodedata.category(character) in ("Mn", "Mc", "Me") or character in "\u200c\u200d"


def is_single(character):
    # The regex package knows a newer Unicode. Of the word scalars of Unicode 14, one has been given
    # another answer since: U+02BC, which now counts Thai among its scripts.
    if not is_word(character) or character == "\u02bc":
        return False
    scripts = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"]
    return any(regex.match(rf"\p{{Script_Extensions={script}}}", character) for script in scripts)


_kinds = {}


def kind_of(character):
    if character not in _kinds:
        if is_space(character):
            kind = "space"
        elif is_single(character):
            kind = "single"
        elif is_word(character):
            kind = "word"
        elif is_extend(character):
            kind = "extend"
        else:
            kind = "other"
        _kinds[character] = kind
    return _kinds[character]


def tokenize_wordpunct(text):
    return re.findall(r"\w+|[^\w\s]+", text.lower())


def tokenize_words(text):
    tokens = []
    current = None  # the kind of the last token while something can still join it
    for character in text.lower():
        kind = kind_of(character)
        if kind == "space":
            current = None
        elif kind == "extend":
            if current is None:
                tokens.append(character)
                current = "word"
            else:
                tokens[-1] += character
        elif kind == "single" or kind != current:
            tokens.append(character)
            current = kind
        else:
            tokens[-1] += character
    return tokens


TOKENIZERS = {"words": tokenize_words, "wordpunct": tokenize_wordpunct}

# -------------------------------------------------------------------------------------------------
# Features


def token_hash(token):
    return xxhash.xxh3_64_intdigest(token.encode("utf-8"), seed=0)


def rotate_left_29(value):
    return ((value << 29) | (value >> 35)) & MASK


def gram(hashes, order, last):
    """The hash of the `order` tokens that end with token `last`."""
    if order == 1:
        return hashes[last]
    before = gram(hashes, order - 1, last - 1)
    return ((rotate_left_29(before) + hashes[last]) * 0x9E3779B97F4A7C15) & MASK


def buckets_of_order(hashes, order, bucket_count):
    lasts = range(order - 1, len(hashes))
    return [(gram(hashes, order, last) * bucket_count) >> 64 for last in lasts]


def features(hashes, n, bucket_count):
    """The buckets of all n-grams of the orders 1 to n."""
    result = []
    for order in range(1, n + 1):
        result += buckets_of_order(hashes, order, bucket_count)
    return result


# -------------------------------------------------------------------------------------------------
# Models


def count(documents, bucket_count):
    counts = [0] * bucket_count
    for document in documents:
        for bucket in document["features"]:
            counts[bucket] += 1
    return counts


def smooth(counts, pseudocount=1):
    total = sum(counts)
    return [(c + pseudocount) / (total + pseudocount * len(counts)) for c in counts]


def kl_divergence(p, q):
    return math.fsum(a * math.log(a / b) for a, b in zip(p, q))


# -------------------------------------------------------------------------------------------------
# Selection


def gumbel(text, seed):
    text_hash = xxhash.xxh3_64_intdigest(text.encode("utf-8"), seed=0)
    z = xxhash.xxh3_64_intdigest(text_hash.to_bytes(8, "little"), seed=seed)
    u = ((z >> 12) + 0.5) * 2.0**-52
    return -math.log(-math.log(u))


def read_documents(path):
    data = path.read_bytes()
    if path.suffix == ".zst":
        data = subprocess.run(["zstd", "-dcq", path], check=True, stdout=subprocess.PIPE).stdout
    data = data.removeprefix(b"\xef\xbb\xbf")
    lines = [line for line in data.split(b"\n") if line.strip()]
    return [json.loads(line) | {"line_bytes": len(line) + 1} for line in lines]


def choose(ranked, pool_documents, settings):
    """The first of the ranked documents, as many as the budget allows."""
    for unit, name in [("token_budget", "tokens"), ("byte_budget", "line_bytes")]:
        if unit in settings:
            chosen, spent = [], 0
            for document in ranked:
                spent += document[name]
                if spent > settings[unit]:
                    break
                chosen.append(document)
            return chosen
    if "count" in settings:
        return ranked[: settings["count"]]
    if "fraction" in settings:
        return ranked[: max(1, math.floor(pool_documents * settings["fraction"]))]
    return ranked[: max(1, pool_documents // 10)]


def run(settings):
    target = read_documents(FIXTURES / "wiki.jsonl")
    pool = read_documents(FIXTURES / "crawl.jsonl.zst")
    bucket_count = settings["buckets"]
    for document in target + pool:
        tokens = TOKENIZERS[settings["tokenizer"]](document["text"])
        document["tokens"] = len(tokens)
        hashes = [token_hash(token) for token in tokens]
        document["features"] = features(hashes, settings["n"], bucket_count)

    target_model = smooth(count(target, bucket_count))
    pool_model = smooth(count(pool, bucket_count))
    log_ratio = [math.log(p) - math.log(q) for p, q in zip(target_model, pool_model)]

    seen = set()
    for position, document in enumerate(pool):
        text = document["text"]
        weight = math.fsum(log_ratio[bucket] for bucket in document["features"])
        value = weight
        if settings["normalize"] == "length":
            value = weight / len(document["features"]) if document["features"] else 0.0
        document["position"] = position
        document["log_weight"] = weight
        document["value"] = value / settings["temperature"]
        document["key"] = document["value"]
        if not settings["top_k"]:
            document["key"] += gumbel(text, settings["seed"])
        document["text_hash"] = xxhash.xxh3_64_intdigest(text.encode("utf-8"), seed=0)
        document["eligible"] = document["tokens"] >= settings["min_tokens"] and text not in seen
        seen.add(text)

    eligible = [document for document in pool if document["eligible"]]
    ranked = sorted(eligible, key=lambda d: (-d["key"], -d["text_hash"], d["position"]))
    best = choose(ranked, len(pool), settings)
    selected = sorted(best, key=lambda d: d["position"])

    # Weights relative to the largest, or exp would overflow. The ratio is the same.
    largest = max(document["value"] for document in eligible)
    weights = [math.exp(document["value"] - largest) for document in eligible]
    pool_kl = kl_divergence(target_model, pool_model)
    selected_kl = kl_divergence(target_model, smooth(count(selected, bucket_count)))
    return {
        "settings": settings,
        "target_documents": len(target),
        "target_tokens": sum(document["tokens"] for document in target),
        "target_features": sum(len(document["features"]) for document in target),
        "pool_documents": len(pool),
        "pool_tokens": sum(document["tokens"] for document in pool),
        "pool_features": sum(len(document["features"]) for document in pool),
        "eligible_documents": len(eligible),
        "too_short_documents": sum(d["tokens"] < settings["min_tokens"] for d in pool),
        "duplicate_documents": len(pool) - len(seen),
        "effective_sample_size": math.fsum(weights) ** 2 / math.fsum(w * w for w in weights),
        "kl_target_pool": pool_kl,
        "kl_target_selected": selected_kl,
        "kl_reduction": pool_kl - selected_kl,
        "threshold_key": best[-1]["key"],
        "selected": [document["id"] for document in selected],
        "documents": [
            {name: d[name] for name in ["id", "tokens", "log_weight", "key", "eligible"]}
            for d in pool[:60]
        ],
    }


DEFAULTS = {
    "tokenizer": "words",
    "n": 2,
    "buckets": 10000,
    "min_tokens": 100,
    "normalize": "none",
    "temperature": 1.0,
    "top_k": False,
    "seed": 0,
}
RUNS = [
    {},
    {"seed": 7},
    {"tokenizer": "wordpunct", "n": 1, "buckets": 1000},
    {"n": 3, "buckets": 65536, "normalize": "length", "temperature": 0.05},
    {"top_k": True},
]
BUDGETS = [
    {},
    {"fraction": 0.05},
    {"fraction": 0.0001},
    {"token_budget": 20000},
    {"byte_budget": 50000},
    {"count": 1},
]

# -------------------------------------------------------------------------------------------------
# Texts for buckets.json


def varied(length):
    """Lower-case letters in no short cycle."""
    state, letters = length, []
    for _ in range(length):
        state = (state * 1103515245 + 12345) % 2**31
        letters.append(chr(97 + (state >> 16) % 26))
    return "".join(letters)


def texts():
    """Pairs of a note and a text, or of a note and (piece, times)."""
    for length in range(1, 41):
        yield f"ASCII word of {length} bytes", varied(length)
    # The lengths at which XXH3 changes its method, and those around its stripes and blocks.
    for length in [63, 64, 65, 127, 128, 129, 130, 191, 192, 239, 240, 241, 255, 256, 257, 300]:
        yield f"token of {length} bytes", varied(length)
    for length in [511, 512, 513, 1023, 1024, 1025, 1088]:
        yield f"token of {length} bytes", varied(length)
    yield "token of 1000 bytes", ("abcdefghij", 100)
    yield "token of 70000 bytes", ("abcdefghijklmn", 5000)
    yield "token of 70000 bytes that lower-casing lengthens to 105000", ("\u023a", 35000)
    yield "other token of 1000 bytes", ("!?", 500)
    yield "token of 240 bytes in two-byte letters", ("жзи", 40)
    yield "token of 128 bytes in four-byte letters that have a lower case", ("𐐀𐐁", 16)
    yield "extending scalars without end", ("\u0301", 200)
    yield "single scalars without end", ("漢字", 20)
    yield "letter and space in turn", ("a ", 40)
    yield "final sigma in question up to the end", "ΑΣ" + "." * 70
    yield "final sigma in question up to the end, and refuted", "ΑΣ" + "." * 70 + "Α"

    yield "empty", ""
    yield "one space", " "
    yield "white space of several kinds", " \t\n\r\x0b\x0c\u00a0\u2003\u3000"
    yield "one letter", "a"
    yield "one capital", "Z"
    yield "one digit", "7"
    yield "underscore", "_"
    yield "one stop", "."
    yield "line feed between words", "one\ntwo\r\nthree"
    yield "plain sentence", "The quick brown fox jumps over the lazy dog."
    yield "contractions and hyphens", "Don't re-enter the state-of-the-art O'Neill's \"co-op\"!"
    yield "typographic apostrophe", "Don’t — ‘really’ … “no”"
    yield "modifier letter apostrophe", "Hawai\u02bbi Don\u02bct \u02bc \u02bcn"
    yield "punctuation only", "!?... --- ***"
    yield "all ASCII", "".join(map(chr, range(128)))
    yield "all of Latin-1", "".join(map(chr, range(128, 256)))
    yield "code", "for (int i = 0; i < n_max; ++i) { a[i] += 0x1F * b->c; } // done"
    yield "address", "https://example.org/a_b/c?d=1&e=%20#top user.name+tag@mail.example.com"
    yield "numbers", "3.14 1,000,000 1e-9 v2.0.1 42nd $5 50% 12:30"
    yield "underscores", "__init__ snake_case _ a_ _b"
    yield "markup", "<p class=\"x\">&amp;</p>"
    yield "accented, composed", "Café naïve façade Ångström ÉCOLE"
    yield "accented, decomposed", "Cafe\u0301 nai\u0308ve fac\u0327ade A\u030angstro\u0308m"
    yield "mark after a stop", "a.\u0301b ,\u0308c"
    yield "mark at the start", "\u0301abc"
    yield "mark after a space", "abc \u0301def \u0308! \u0308 \u0308漢"
    yield "mark, then single, then word", "\u0301漢a 漢\u0301a a\u0301漢"
    yield "marks in a row", "e\u0301\u0323\u0308x e\u20dd z\u0488"
    yield "German", "Größe, Straße und Übermaß: ÄÖÜ äöü ß ẞ STRASSE"
    yield "French", "L'œuvre « déjà vu » d’été — Cœur, ÇA, Ÿ"
    yield "Spanish", "¿Qué? ¡Mañana, señor! 1.ª y 2.º"
    yield "Polish and Czech", "Zażółć gęślą jaźń ŁÓDŹ Příliš žluťoučký KŮŇ"
    yield "Vietnamese", "Tiếng Việt ĐẶC BIỆT"
    yield "Icelandic", "Þórður Ðað ÆÐI"
    yield "Greek", "Ο Οδυσσέας και η Πηνελόπη"
    yield "capital sigma at the end", "ΟΔΥΣΣΕΥΣ"
    yield (
        "capital sigma in contexts",
        "Σ ΣΑΣ ΑΣ. ΑΣ.Α ΑΣ!Α Σ' ΑΣ'Α ΑΣ\u0301 ΑΣ\u0301Α Α\u0301Σ Α.Σ 1Σ ΑΣ1",
    )
    yield "capital sigma and other scripts", "AΣ ЖΣ 漢Σ ªΣ ʰΣ AʰΣ AΣʰ AΣʰA אΣ AΣא ⓐΣ ⅰΣ"
    yield (
        "capital sigma and ignorables",
        "A\u00adΣ\u200bA A\u00adΣ\u200b A\u200dΣ A:Σ A·Σ A^Σ A_Σ A\u0345Σ \u0345Σ",
    )
    yield "capital sigmas in a row", "ΣΣ ΣΣΣ ΑΣΣ ΑΣΣΑ σΣς"
    yield "capital sigma alone", "Σ"
    yield "capital sigma at the end after İ", "İΣ İΣA ǅΣ"
    yield "Greek with breathings", "Ἀθῆναι ᾈ ᾼ Ὀδυσσεύς ῬΌΔΟΣ"
    yield "Turkish", "İSTANBUL ISPARTA ılık İ I i ı"
    yield "İ next to marks", "İ\u0307 \u0307İ İ\u0301İ .İ! İİ 漢İ"
    yield "Cyrillic", "Съешь ещё этих мягких ФРАНЦУЗСКИХ булок, ЁЖ"
    yield "Cyrillic with marks", "И\u0306 е\u0308 Ѡ\u0483 ҃а"
    yield "Armenian and Georgian", "Երևան ԵՐԵՒԱՆ ქართული ᲥᲐᲠᲗᲣᲚᲘ Ⴀ"
    yield "Cherokee", "ᏣᎳᎩ Ꭰ ꭰ ᏸ"
    yield "Arabic", "السلام عليكم، كيف حالك؟"
    yield "Arabic with marks", "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ـ ٣٫١٤"
    yield "Persian with ZWNJ", "می\u200cخواهم کتاب\u200cها \u200c \u200cا"
    yield "Hebrew", "שלום עולם צה״ל ג׳"
    yield "Hebrew with points", "בְּרֵאשִׁית בָּרָא אֱלֹהִים"
    yield "Hindi", "नमस्ते दुनिया। हिन्दी में लिखा है॥ १२३"
    yield "Hindi with ZWJ and ZWNJ", "क्\u200dष क्\u200cष र्\u200dय"
    yield "Bengali, Tamil, Telugu, Malayalam", "বাংলা ভাষা தமிழ் తెలుగు മലയാളം"
    yield "Tibetan", "བོད་སྐད་ཡིག །"
    yield "Thai", "สวัสดีชาวโลก น้ำ เก่ง ๑๒๓ ฿ ๆ ฯ"
    yield "Thai beside Latin", "ภาษาไทยabc abcไทย"
    yield "Lao", "ສະບາຍດີ ໑໒ ໆ"
    yield "Khmer", "សួស្តី​ពិភពលោក ១២ ៗ ។"
    yield "Myanmar", "မင်္ဂလာပါ ၁၂၃ ။ ꩠ"
    yield "Japanese", "これはペンです。東京タワーへ行く。"
    yield "prolonged sound marks", "スーパー ー ｰ らーめん aーb ーー"
    yield "dakuten", "か\u3099 ハ\u309a \u3099 \u309b a\u3099b カ\u3099a"
    yield "halfwidth katakana", "ｶﾞｷﾞ ﾊﾟｿｺﾝ｡ ｢ｱ｣"
    yield "iteration marks", "人々 いすゞ ヽヾ 〆 〇 〻"
    yield "Han digits and numerals", "一二三 〡〢〣 ㊀ ㈠ ㆒ 〸"
    yield "Japanese with Latin and digits", "第2回ABC大会、2024年。x漢y字z"
    yield "Japanese punctuation", "「え？」・・・〜〝〟※ A・B"
    yield "Chinese, simplified", "我们选择训练数据，用于语言模型。"
    yield "Chinese, traditional", "資料選擇：讓模型更好！"
    yield "Chinese beyond the basic plane", "𠀀𠮷𪚥 豈 丽 ⼀ ⺀"
    yield "Han with variation selectors", "葛\ufe00 葛\U000e0100城 漢\ufe0fa"
    yield "Bopomofo, Yi, Nushu", "ㄅㄆㄇ ꀀꀁ 𛅰"
    yield "Korean", "안녕하세요, 세계! 한국어로 씁니다."
    yield "Korean in jamo", "\u1112\u1161\u11ab\u1100\u1173\u11af ㅋㅋㅋ \u302eㄱ"
    yield "emoji", "Great 😀😀 job 👍!"
    yield "emoji with variation selectors", "❤\ufe0f ❤\ufe0e 1\ufe0f\u20e3 #\ufe0f\u20e3 ☺\ufe0f☺"
    yield "emoji in ZWJ sequences", "👨\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈 a👩\u200d💻b"
    yield "emoji with skin tones", "👍🏽👍🏿 ✊🏻x"
    yield "flags", "🇩🇪🇯🇵 🏴\U000e0067\U000e0062\U000e007f"
    yield "superscripts and subscripts", "x² + y³ = z¹ H₂O aⁿ ⁴₅"
    yield "fractions", "½ cup 1½ ¾x ⅓ ⅒ ↉"
    yield "circled and other numbers", "① ② ⑳ ➀ ⓪ ⒈ ⑴ Ⅳ ⅳ ↀ"
    yield "circled letters", "Ⓐ ⓐ ⒜ 🄰 🅰 AⒶ"
    yield "fullwidth forms", "ＡＢＣ　ａｂｃ１２３！？＿．"
    yield "mathematical letters", "𝐀𝐁 𝒳 𝟘𝟙 ℵ ℝ ℃"
    yield "digits of many scripts", "٠١ ०१ ০১ ๐๑ ၀၁ ０１ 𝟎 🯰"
    yield "information separators", "a\x1cb\x1dc\x1ed\x1fe"
    yield "other control characters", "a\x01b\x1bc\x7fd\x80e"
    yield "next line", "a\u0085b"
    yield "no-break spaces", "a\u00a0b\u202fc\u2007d\u2060e"
    yield "line and paragraph separators", "a\u2028b\u2029c"
    yield "ideographic space", "漢\u3000字\u3000a"
    yield "every white space", "x" + "x".join(filter(is_space, map(chr, range(0x10000)))) + "x"
    yield "zero-width space and byte order mark", "a\u200bb \ufeffc\ufeff \u200b"
    yield "soft hyphen", "co\u00adoperate \u00ad"
    yield "directional marks", "\u200fאב\u200e ab\u202ecd\u202c"
    yield "NUL", "a\x00b \x00 \x00\x00"
    yield "private use and noncharacters", "\ue000 a\ufffe \uffff \U0010ffff \U000f0000b"
    yield "replacement character", "\ufffd\ufffd a\ufffdb"
    yield "ligatures", "ﬁne ﬂow oﬀer ﬃ ﬅ Ĳ ĳ Œ Æ ﬓ"
    yield "title-case digraphs", "ǅ Ǆ ǆ ǈ ǋ ǲ"
    yield "Deseret, Osage, Vithkuqi, Adlam, Warang Citi", "𐐀𐐩 𐒰𐓘 𐕰𐖗 𞤀𞤢 𑢠𑣀"
    yield "lower-case of another length", "Ⱥ Ⱦ K Å Ω ẞ İ ȺȾa KELVIN"
    yield "lower-case of another length in mixed tokens", "aȺb漢Ⱥ!K.Ⱥ\u0301Ω"
    yield "lower-case far away", "Ꞌ Ɡ Ɜ Ɪ Ꭓ Ɥ Ᵹ Ɫ Ɽ Ⱶ ꟅꞰ"
    yield "modifier and ordinal letters", "ʰʱ ªº ˆ ˇ ˉ ˢ ᵃ"
    yield (
        "letters newer than Unicode 14",
        "\U0001df25 \u1c89a \ua7cbA \U00010d50 \u0cf3 \U00031350漢",
    )
    yield "connectors", "a‿b a⁀b a＿b a﹍b a・b a-b a‐b"
    yield "symbols", "€100 £5 ©2024 ™ §4 ¶ † ± × ÷ ≤ → ∑"
    yield "runic, ogham, linear B", "ᚠᚢᚦ ᛮ ᚁ\u1680ᚂ 𐀀"
    yield "Mongolian and Ethiopic", "ᠮᠣᠩᠭᠣᠯ\u180eᠠ\u180b አማርኛ፡፩"
    yield "Javanese, Tai Tham, Balinese", "ꦗꦮ ᨲᩩᩅ ᬩᬮᬶ"
    yield "one token twice", "the the"
    yield "two tokens", "the cat"
    yield "three tokens", "the cat sat"
    yield "four tokens", "the cat sat down"
    yield "everything in one", "Das 2. «Haus»\u00a0— 東京タワー(333m) Σίσυφος! ไทย👍🏽"


def shortened(text):
    """Writes a long text that repeats a piece as {"repeat": [piece, times]}."""
    if len(text) > 150:
        for length in range(1, 41):
            times, rest = divmod(len(text), length)
            if rest == 0 and times > 1 and text[:length] * times == text:
                return {"repeat": [text[:length], times]}
    return text


def bucket_case(note, text):
    if isinstance(text, tuple):
        text = text[0] * text[1]
    entry = {"note": note, "text": shortened(text)}
    for name, tokenize in TOKENIZERS.items():
        tokens = tokenize(text)
        hashes = [token_hash(token) for token in tokens]
        entry[name] = {
            "tokens": [shortened(token) for token in tokens],
            "hashes": [f"{value:016x}" for value in hashes],
            "buckets_10000": [buckets_of_order(hashes, order, 10000) for order in (1, 2, 3)],
            "buckets_16777216": buckets_of_order(hashes, 1, 2**24),
            "buckets_2": buckets_of_order(hashes, 1, 2),
            "buckets_3": buckets_of_order(hashes, 1, 3),
        }
    return entry


# -------------------------------------------------------------------------------------------------
# Commands


def write_lines(path, name, entries):
    """A JSON object of one list, an entry a line."""
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
    path.write_text(f'{{"{name}": [\n{lines}\n]}}\n', encoding="ascii")
    print(f"{path.name}: {len(entries)} {name}, {path.stat().st_size} bytes")


def write_tables():
    write_lines(HERE / "buckets.json", "cases", [bucket_case(note, text) for note, text in texts()])
    runs = [run(DEFAULTS | {"count": 100} | changes) for changes in RUNS]
    budgets = []
    for changes in BUDGETS:
        result = run(DEFAULTS | changes)
        names = ["settings", "threshold_key", "kl_target_selected", "selected"]
        budgets.append({name: result[name] for name in names})
    path = HERE / "selection.json"
    content = {"runs": runs, "budgets": budgets}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="ascii")
    print(f"{path.name}: {len(runs)} runs, {len(budgets)} budgets, {path.stat().st_size} bytes")
    print(f"To repeat: pip install xxhash regex && python3.11 {sys.argv[0]} tables")


def compare_reference(folder):
    folder = pathlib.Path(folder)
    expected = json.loads((folder / "tokens.json").read_text(encoding="utf-8"))
    documents = read_documents(folder / "documents.jsonl")
    assert {document["id"] for document in documents} == set(expected)
    different = []
    for document in documents:
        entry = expected[document["id"]]
        lower = document["text"].lower()
        if lower != entry["lower"] or tokenize_wordpunct(document["text"]) != entry["tokens"]:
            different.append(document["id"])
    print(f"{len(documents) - len(different)} of {len(documents)} documents match", *different)
    return 1 if different else 0


def main(arguments):
    match arguments:
        case ["tables"]:
            write_tables()
        case ["reference", folder]:
            return compare_reference(folder)
        case ["tokens", text]:
            print(json.dumps(bucket_case("", text), indent=1))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
