"""The words of a notification."""

from app.notifications.wording import one_line, plain


def test_a_notification_has_only_words_that_are_seen() -> None:
    hidden = "\U000e0073\U000e0065\u2060\u061c\ufeff"
    assert plain(f"**New{hidden} signal**\n- [AMD]{hidden}(https://a.example) long", 99) == (
        "New signal\nAMD long"
    )
    assert one_line(f"New\x00{hidden}\nsignal") == "New signal"
