"""What annotation says in words, in English: by code, with places for values. See annotation/reasons.py."""

TEXTS: dict[str, str] = {
    # Work on a sentence.
    "no_assignment": "You have no assignment {assignment}. Load the page again.",
    "lease_gone": "This sentence has gone to somebody else meanwhile. Go on with the next one.",
    "sentence_over": "This sentence is {state} already. Go on with the next one.",
    "changed_meanwhile": "Assignment {assignment} changed while it was being stored. Send it again.",
    "key_used": "The key {key} was used for another sentence. Load the page again.",
    "adjudicated": "This sentence has been adjudicated; it can no longer be changed.",
    "revised_elsewhere": (
        "You have sent this sentence from somewhere else meanwhile. Choose which of the two stays."
    ),
    "bad_boundaries": "The boundaries do not fit the sentence: {problem}. Load the page again.",
    "unread": "Nobody has annotated sentence {sentence} yet. It can be settled once somebody has.",
    "guideline_none": "This project has no guideline yet.",
    # Who may do what.
    "not_a_member": "There is no project {project} among yours. Ask its manager to add you.",
    "membership_ended": (
        "A manager has ended or paused your work in this project. What you sent is kept. Ask a manager if"
        " this is a mistake."
    ),
    "role_refused": "Your role in this project is {role}, which does not allow this. Ask a manager to do it.",
    "staff_only": "Only staff accounts may make projects. Ask an administrator of this site.",
    "not_in_project": "There is no {thing} {id} in this project. Load the page again.",
    "nothing_here": "There is nothing at this address.",
    "forbidden": "You are not allowed to do this.",
    # Projects and their settings.
    "strategy_unknown": "There is no strategy '{strategy}'. Choose one of the list.",
    "fixed_by_start": "{setting} is fixed since work began; it stays {value}, not {wanted}.",
    "fixed_by_import": "{setting} is fixed since the first import; it stays {value}, not {wanted}.",
    "address_refused": "'{url}' is not an address to send to: {problem}.",
    "address_scheme": "it has to begin with {schemes}",
    "address_parts": "it needs a host, and no name, password or fragment",
    "address_private": "{address} is not a public address",
    "address_malformed": "{error}",
    # People and accounts.
    "account_there": (
        "There is an account '{username}' already; leave out password, name and e-mail to add it."
    ),
    "username_taken": "There is an account '{username}' already. Choose another name.",
    "member_already": "'{username}' is a member of this project already.",
    "account_elsewhere": (
        "'{username}' has work in projects that you do not manage; an administrator has to do it."
    ),
    "last_manager": "A project needs a manager; this is the last one. Make somebody else a manager first.",
    "token_is_read_only": "This token is for reading only. Use one whose scope is write.",
    "token_is_for_one_project": "This token is for project {project} only. Use one that is good for this.",
    "token_for_tokens": "Access tokens are made, listed and revoked on the page, not by a token.",
    "token_not_sent": "This revokes the token that is sent with it, and none was sent.",
    "token_days": "A token holds {most} days at most here, not {days}.",
    "tokens_full": "You have {most} access tokens already. Revoke one that is no longer needed.",
    "no_token": "You have no access token {id} (any more). Load the page again.",
    "password_too_short": "The password is too short; it needs at least {least} characters.",
    "password_too_similar": "The password is too similar to the person's name or address. Choose another.",
    "password_too_common": "This password is too common. Choose one that is harder to guess.",
    "password_entirely_numeric": "The password is entirely numeric. Add letters.",
    "username_invalid": (
        "The user name '{username}' will not do: up to 150 letters, digits and the signs @ . + - _ are "
        "allowed."
    ),
    "account_invalid": "The account cannot be made: {error}",
    "both": "{first} {second}",
    "email_by_administrator": (
        "Here e-mail addresses tell who somebody is at sign-on. Only an administrator sets them."
    ),
    "reset_over": "This link has been used or is too old. Ask for a new one.",
    "reset_none": "No mail can be sent here. Ask a manager of your project for a new password.",
    "reset_asked_too_often": (
        "Links were asked for too often from where you are. Try again in {minutes} minutes."
    ),
    "invitation_role": "Nobody becomes {role} by a link; known: {known}.",
    "invitation_over": "This link is not valid (any more); ask the manager for a new one.",
    "sign_on_only": "Nobody makes an account with a password here; sign in to join.",
    "sign_on_none": "There is no single sign-on here.",
    "account_closed": "This account is closed.",
    "no_account": "There is no account for you here yet; ask for a link by which to join.",
    "identity_taken": "This identity has just been given an account; sign in again.",
    # Imports.
    "imported_before": "This file was imported as '{name}' on {day}. Choose another file.",
    "import_under_way": "Another import of this project is under way; try again when it is done.",
    "corpus_not_ready": "The corpus '{name}' is {state}; only one that is ready can be withdrawn.",
    "splitter_unknown": "The splitter '{splitter}' is unknown; known: {known}.",
    "format_unknown": "The format '{format}' is unknown; known: {known}.",
    "corpus_field_long": "`{field}` is longer than {longest} characters: '{value}'… Shorten it.",
    "corpus_field_zero": "`{field}` holds a zero byte.",
    "upload_too_large": "The upload has {size} bytes; at most {limit} MiB are taken. Split the file.",
    "file_line": "{file}, line {line}",
    "file_empty": "{place}: is empty.",
    "file_no_sentence": "{place}: holds no sentence.",
    "file_not_unpacked": "{place}: cannot be unpacked: {value}.",
    "file_swollen": "{place}: unpacks to more than {times} times its size or {limit} GiB: {value}.",
    "file_no_zip": "{place}: is not a zip file that can be read: {value}.",
    "file_nameless": "{place}: holds a file without a name: {value}.",
    "file_line_long": "{place}: is longer than {longest} bytes: {value}.",
    "file_not_utf8": "{place}: is not UTF-8 at byte {byte} of the file: {value}. Save it as UTF-8.",
    "file_is_pdf": "{place}: is of the wrong type: a PDF. Save its text as a text file.",
    "file_is_image": "{place}: is of the wrong type: an image. Choose a file of text.",
    "file_is_office": "{place}: is of the wrong type: an Office document. Save its text as a text file.",
    "file_is_zip_inside": (
        "{place}: is of the wrong type: a zip or an Office document inside another archive. Unpack it first."
    ),
    "file_is_gzip_inside": "{place}: is of the wrong type: a gzip inside another archive. Unpack it first.",
    "file_is_program": "{place}: is of the wrong type: a program. Choose a file of text.",
    "file_is_utf16": "{place}: is of the wrong type: text in UTF-16; save it as UTF-8.",
    "file_zero_byte": "{place}: is of the wrong type: a zero byte at {byte}. Choose a file of text.",
    "file_no_parquet_magic": "{place}: is named as Parquet and is none: {value}.",
    "file_no_parquet": "{place}: is not a Parquet file that can be read: {value}.",
    "file_no_json": "{place}: is not JSON ({error}): {value}.",
    "file_no_object": "{place}: is not a JSON object: {value}.",
    "file_no_words": "{place}: `words` is not a list of strings: {value}.",
    "file_no_text": "{place}: has no string `text`: {value}.",
    "file_no_string": "{place}: `{field}` is not a string: {value}.",
    "file_no_column": "{place}: has no column `text` or `words`: {value}.",
    "file_row_cells": "{place}: has {cells} cells; the first row names {columns} columns: {value}.",
    "file_no_table": "{place}: is not a table that can be read: {value}.",
    "file_token_columns": "{place}: is not a token line of ten columns: {value}.",
    "file_token_number": "{place}: does not begin with the number of a token: {value}.",
    "file_token_astray": "{place}: a token does not join to the text at character {at}: {value}.",
    "file_text_left": "{place}: the text goes on after its last token: {value}.",
    "file_no_task": "{place}: is no task of Label Studio: {value}.",
    "file_array_large": "{place}: is a JSON array of more than {limit} MiB; split it.",
    "file_no_tasks": "{place}: is no array of tasks: {value}.",
    "file_no_span": "{place}: a label has no start and end: {value}.",
    "file_span_astray": (
        "{place}: the span {start} to {end} overlaps another or lies outside of the text: {value}."
    ),
    "file_unspanned": "{place}: characters {start} to {end} belong to no span: {value}.",
    "file_control_character": "{place}: holds a control character at character {at}: {value}. Remove it.",
    "file_cluster_long": (
        "{place}: the grapheme cluster at character {at} has {length} code points; at most {longest} are "
        "allowed: {value}."
    ),
    "file_words_astray": (
        "{place}: the words do not join to the text: at character {at} the text has {expected} and the "
        "words have {found}: {value}."
    ),
    "file_sentence_long": (
        "{place}: has a sentence of {clusters} clusters; at most {longest} are allowed: {value}. Split it."
    ),
    "file_name_bad": (
        "{place}: `{field}` is longer than {longest} characters or holds a control character: {value}."
    ),
    # Exports and other files.
    "edition_there": "There is an edition '{name}' already. Choose another name.",
    "choice_unknown": "{field} is '{value}'; known: {known}. Choose one of these.",
    "file_unready": "The {thing} {id} is {state}. Its file is there once it is ready.",
    "file_deleted": "The file of the {thing} {id} has been deleted; ask for it again.",
    # What is wrong with a request before it comes to an act.
    "not_logged_in": "You are not logged in. Log in and try again.",
    "password_wrong": "The name or the password is wrong. Try again.",
    "passwords_wrong": "Too many wrong passwords for this name. Try again in {minutes} minutes.",
    "token_wrong": "This token is not valid (any more). Ask for a new one.",
    "forgery_mark": "The request lacks the mark against forgery. Load the page again and repeat it.",
    "too_often": "Too many tries. Wait a moment, then try again.",
    "input_unreadable": "The request cannot be read: {error}",
    "input_no_object": "The request must be a JSON object.",
    "input_wrong": "The request cannot be taken: {error}",
    # What is wrong with a field.
    "field_missing": "{field} is needed. Fill it in.",
    "field_long": "{field} is too long: at most {longest} characters. Shorten it.",
    "field_many": "{field} has too many entries: at most {most}.",
    "field_small": "{field} must be {least} or more.",
    "field_large": "{field} must be {most} or less.",
    "field_whole_number": "{field} must be a whole number, such as 12.",
    "field_number": "{field} must be a number, such as 0.5.",
    "field_yes_no": "{field} must be true or false.",
    "field_text": "{field} must be text.",
    "field_moment": "{field} must be a date with a time, such as 2026-01-31T09:30:00Z.",
    "field_email": "{field} must be an e-mail address, such as somsri@example.org.",
    "field_year": "{field} must lie between the years {first} and {last}. Look at the date again.",
    "field_id": "{field} must be a UUID. Load the page again.",
    "field_form": "{field} is not written as it has to be.",
    "field_file": "{field} must be a file. Choose one.",
    "field_file_empty": "{field} is empty. Choose another file.",
    "field_list": "{field} must be a list.",
    "field_object": "{field} must be an object of names and values.",
    "field_boundaries": "{field} must be a list of whole numbers from 1 on. Load the page again.",
    "field_sign": "{field} holds a sign that cannot be seen or stored. Type it anew.",
    "field_event_kind": "{field} must be small letters with dots between, such as holiday.started.",
    "field_event_until": "{field} is before the beginning. Choose a later time.",
    "field_wrong": "{field} cannot be taken: {error}",
    # What goes wrong on the server, at once or in the background.
    "unforeseen": (
        "Something went wrong that nobody foresaw. Try again; if it happens once more, tell the "
        "administrator this: {error}"
    ),
    "server_error": (
        "Something went wrong on the server, and was written to its log. Try again; if it happens once more, "
        "tell the administrator."
    ),
    "no_space": "The server has no space left for this; it was not stored. Tell the administrator.",
    "no_memory": (
        "The server's memory was too small for this. Choose a smaller model or tell the administrator "
        "this: {error}"
    ),
    "database_away": "The database cannot be reached; try again in a moment.",
    "request_too_large": "The request is larger than this server takes.",
}
