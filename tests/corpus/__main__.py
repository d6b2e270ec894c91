"""Write the words of every case anew, and remove those of cases that are gone."""

from tests.corpus import HERE, PARTS, cases, expected, printed, texts

for part in PARTS:
    kept = set()
    for case in cases(part):
        expected(case).write_text(printed(texts(case)), "utf-8")
        kept.add(expected(case))
    for text in (HERE / part).glob("*.txt"):
        if text not in kept:
            text.unlink()
    print(f"{part}: {len(kept)} cases")
