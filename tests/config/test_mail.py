"""EMAIL_URL and what it needs besides: read whole, refused without showing a password."""

import pytest

from config import mail
from config.environment import SettingError


@pytest.mark.parametrize(
    ("url", "backend", "place", "is_secured"),
    [
        ("smtp://mail.internal", "smtp", ("mail.internal", 25), (False, False)),
        ("smtp://mail.internal:2525/", "smtp", ("mail.internal", 2525), (False, False)),
        ("smtp://mail.example.org?tls=yes", "smtp", ("mail.example.org", 587), (True, False)),
        ("smtp://ann:secret@mail.example.org", "smtp", ("mail.example.org", 587), (True, False)),
        ("smtp://ann:secret@mail.example.org:25?tls=no", "smtp", ("mail.example.org", 25), (False, False)),
        ("smtps://ann:secret@mail.example.org", "smtp", ("mail.example.org", 465), (False, True)),
        ("smtps://[2001:db8::1]:4650", "smtp", ("2001:db8::1", 4650), (False, True)),
        ("file:///var/mail%20box", "filebased", ("", 0), (False, False)),
        ("", "dummy", ("", 0), (False, False)),
    ],
)
def test_an_address_says_how_mail_leaves(url, backend, place, is_secured):
    found = mail.transport(url)
    assert found.backend == f"django.core.mail.backends.{backend}.EmailBackend"
    assert ((found.host, found.port), (found.use_tls, found.use_ssl)) == (place, is_secured)


def test_names_passwords_and_folders_are_unquoted():
    found = mail.transport("smtps://ann%40example.org:p%40ss%2Fword@mail.example.org")
    assert (found.host_user, found.host_password) == ("ann@example.org", "p@ss/word")
    assert mail.transport("file:///var/mail%20box").file_path == "/var/mail box"


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "imap://ann:hidden@mail.example.org",
        "smtp://ann:hidden@",
        "smtp://ann:hidden@mail.example.org/path",
        "smtp://ann:hidden@mail.example.org:port",
        "smtp://ann:hidden@mail.example.org?tls=perhaps",
        "smtp://ann:hidden@mail.example.org?ssl=yes",
        "smtp://ann:hidden@mail.example.org?tls",
        "smtps://ann:hidden@mail.example.org?tls=yes",
        "file://host/folder",
        "file:folder",
    ],
)
def test_another_address_is_refused_without_showing_its_password(url):
    with pytest.raises(SettingError, match="EMAIL_URL cannot be understood") as refused:
        mail.transport(url)
    assert "hidden" not in str(refused.value)


GOOD = {
    "url": "smtp://m",
    "sender": "Tatkham <no-reply@example.org>",
    "public_url": "https://tatkham.example.org",
}


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ({"sender": ""}, "Mail needs EMAIL_FROM as well"),
        ({"public_url": ""}, "Mail needs PUBLIC_URL as well"),
        ({"sender": "Tatkham"}, "EMAIL_FROM='Tatkham' is not an e-mail address"),
        ({"sender": "a@b.org\nBcc: c@d.org"}, "is not an e-mail address"),
        ({"public_url": "tatkham.example.org"}, "is not an address like"),
        ({"public_url": "ftp://tatkham.example.org"}, "is not an address like"),
        ({"public_url": "https://tatkham.example.org/x"}, "is not an address like"),
    ],
)
def test_mail_that_is_half_set_does_not_start(instead, said):
    with pytest.raises(SettingError, match=said):
        mail.check(**GOOD | instead)


@pytest.mark.parametrize("instead", [{}, {"url": "", "sender": "", "public_url": ""}, {"url": ""}])
def test_mail_is_set_whole_or_not_at_all(instead):
    mail.check(**GOOD | instead)
