import type { Text } from "../messages";

/** Why annotation refuses an act or fails at it: `why_` and a code of annotation/reason_texts.py; the English is the same there. */
export const REFUSAL_MESSAGES = {
  why_no_assignment: {
    th: "คุณไม่ได้ถือประโยคนี้ ({assignment}) โหลดหน้านี้ใหม่",
    en: "You have no assignment {assignment}. Load the page again.",
  },
  why_lease_gone: {
    th: "ประโยคนี้มีคนอื่นรับไปแล้ว ทำประโยคถัดไปได้เลย",
    en: "This sentence has gone to somebody else meanwhile. Go on with the next one.",
  },
  why_sentence_over: { th: "ประโยคนี้{state}แล้ว ทำประโยคถัดไปได้เลย", en: "This sentence is {state} already. Go on with the next one." },
  why_changed_meanwhile: {
    th: "งาน {assignment} เปลี่ยนไประหว่างบันทึก ส่งอีกครั้ง",
    en: "Assignment {assignment} changed while it was being stored. Send it again.",
  },
  why_key_used: {
    th: "กุญแจ {key} ใช้กับประโยคอื่นไปแล้ว โหลดหน้านี้ใหม่",
    en: "The key {key} was used for another sentence. Load the page again.",
  },
  why_adjudicated: {
    th: "ประโยคนี้ชี้ขาดแล้ว แก้ไม่ได้อีก ถ้าเห็นว่าผิดให้แจ้งผู้จัดการ",
    en: "This sentence has been adjudicated; it can no longer be changed.",
  },
  why_revised_elsewhere: {
    th: "คุณส่งประโยคนี้จากที่อื่นไปแล้ว เลือกว่าจะเก็บฉบับใด",
    en: "You have sent this sentence from somewhere else meanwhile. Choose which of the two stays.",
  },
  why_bad_boundaries: {
    th: "รอยตัดไม่เข้ากับประโยค: {problem} โหลดหน้านี้ใหม่",
    en: "The boundaries do not fit the sentence: {problem}. Load the page again.",
  },
  why_unread: {
    th: "ยังไม่มีใครตัดประโยค {sentence} ชี้ขาดได้เมื่อมีคนตัดแล้ว",
    en: "Nobody has annotated sentence {sentence} yet. It can be settled once somebody has.",
  },
  why_guideline_none: { th: "โครงการนี้ยังไม่มีคู่มือ", en: "This project has no guideline yet." },

  why_not_a_member: {
    th: "คุณไม่ได้อยู่ในโครงการ {project} ขอให้ผู้จัดการเพิ่มชื่อคุณ",
    en: "There is no project {project} among yours. Ask its manager to add you.",
  },
  why_membership_ended: {
    th: "ผู้จัดการพักงานของคุณในโครงการนี้ไว้ งานที่ส่งแล้วยังอยู่ครบ ถามผู้จัดการหากคิดว่าผิดพลาด",
    en: "A manager has ended or paused your work in this project. What you sent is kept. Ask a manager if this is a mistake.",
  },
  why_role_refused: {
    th: "หน้าที่ของคุณในโครงการนี้คือ{role} จึงทำสิ่งนี้ไม่ได้ ขอให้ผู้จัดการทำให้",
    en: "Your role in this project is {role}, which does not allow this. Ask a manager to do it.",
  },
  why_staff_only: {
    th: "เฉพาะบัญชีผู้ดูแลระบบที่สร้างโครงการได้ ขอให้ผู้ดูแลระบบทำให้",
    en: "Only staff accounts may make projects. Ask an administrator of this site.",
  },
  why_not_in_project: {
    th: "ไม่มี{thing} {id} ในโครงการนี้ โหลดหน้านี้ใหม่",
    en: "There is no {thing} {id} in this project. Load the page again.",
  },
  why_nothing_here: { th: "ไม่มีอะไรที่ที่อยู่นี้", en: "There is nothing at this address." },
  why_forbidden: { th: "คุณไม่มีสิทธิ์ทำสิ่งนี้", en: "You are not allowed to do this." },

  why_strategy_unknown: { th: "ไม่มีวิธีเลือกชื่อ '{strategy}' เลือกจากรายการ", en: "There is no strategy '{strategy}'. Choose one of the list." },
  why_fixed_by_start: {
    th: "{setting} เปลี่ยนไม่ได้แล้วเพราะเริ่มงานไปแล้ว ยังเป็น {value} ไม่ใช่ {wanted}",
    en: "{setting} is fixed since work began; it stays {value}, not {wanted}.",
  },
  why_fixed_by_import: {
    th: "{setting} เปลี่ยนไม่ได้แล้วเพราะนำเข้าข้อความไปแล้ว ยังเป็น {value} ไม่ใช่ {wanted}",
    en: "{setting} is fixed since the first import; it stays {value}, not {wanted}.",
  },
  why_address_refused: { th: "ส่งไปที่ '{url}' ไม่ได้: {problem}", en: "'{url}' is not an address to send to: {problem}." },
  why_address_scheme: { th: "ที่อยู่ต้องขึ้นต้นด้วย {schemes}", en: "it has to begin with {schemes}" },
  why_address_parts: {
    th: "ที่อยู่ต้องมีชื่อเครื่อง และไม่มีชื่อผู้ใช้ รหัสผ่าน หรือส่วนหลัง #",
    en: "it needs a host, and no name, password or fragment",
  },
  why_address_private: { th: "{address} ไม่ใช่ที่อยู่สาธารณะ", en: "{address} is not a public address" },
  why_address_malformed: { th: "เขียนที่อยู่ไม่ถูกต้อง ({error})", en: "{error}" },

  why_account_there: {
    th: "มีบัญชี '{username}' อยู่แล้ว เว้นรหัสผ่าน ชื่อ และอีเมลไว้เพื่อเพิ่มบัญชีนั้น",
    en: "There is an account '{username}' already; leave out password, name and e-mail to add it.",
  },
  why_username_taken: { th: "มีบัญชี '{username}' อยู่แล้ว เลือกชื่ออื่น", en: "There is an account '{username}' already. Choose another name." },
  why_member_already: { th: "'{username}' อยู่ในโครงการนี้แล้ว", en: "'{username}' is a member of this project already." },
  why_account_elsewhere: {
    th: "'{username}' มีงานในโครงการที่คุณไม่ได้จัดการ ขอให้ผู้ดูแลระบบทำให้",
    en: "'{username}' has work in projects that you do not manage; an administrator has to do it.",
  },
  why_last_manager: {
    th: "โครงการต้องมีผู้จัดการ คนนี้เป็นคนสุดท้าย ตั้งคนอื่นเป็นผู้จัดการก่อน",
    en: "A project needs a manager; this is the last one. Make somebody else a manager first.",
  },
  why_token_is_read_only: {
    th: "โทเค็นนี้ใช้อ่านได้อย่างเดียว ใช้โทเค็นที่มีสิทธิ์เขียน",
    en: "This token is for reading only. Use one whose scope is write.",
  },
  why_token_is_for_one_project: {
    th: "โทเค็นนี้ใช้ได้กับโครงการ {project} เท่านั้น ใช้โทเค็นอื่นที่ทำสิ่งนี้ได้",
    en: "This token is for project {project} only. Use one that is good for this.",
  },
  why_token_for_tokens: {
    th: "ออก ดู และเพิกถอนโทเค็นได้จากหน้าเว็บเท่านั้น ใช้โทเค็นทำไม่ได้",
    en: "Access tokens are made, listed and revoked on the page, not by a token.",
  },
  why_token_not_sent: {
    th: "คำสั่งนี้เพิกถอนโทเค็นที่ส่งมาด้วย แต่ไม่มีโทเค็นส่งมา",
    en: "This revokes the token that is sent with it, and none was sent.",
  },
  why_token_days: {
    th: "โทเค็นที่นี่ใช้ได้นานที่สุด {most} วัน ไม่ใช่ {days} วัน",
    en: "A token holds {most} days at most here, not {days}.",
  },
  why_tokens_full: {
    th: "คุณมีโทเค็น {most} อันแล้ว เพิกถอนอันที่ไม่ใช้ก่อน",
    en: "You have {most} access tokens already. Revoke one that is no longer needed.",
  },
  why_no_token: {
    th: "คุณไม่มีโทเค็น {id} (แล้ว) โหลดหน้านี้ใหม่",
    en: "You have no access token {id} (any more). Load the page again.",
  },
  why_password_too_short: {
    th: "รหัสผ่านสั้นเกินไป ต้องมีอย่างน้อย {least} ตัวอักษร",
    en: "The password is too short; it needs at least {least} characters.",
  },
  why_password_too_similar: {
    th: "รหัสผ่านคล้ายชื่อหรืออีเมลเกินไป ตั้งใหม่ให้ต่างออกไป",
    en: "The password is too similar to the person's name or address. Choose another.",
  },
  why_password_too_common: {
    th: "รหัสผ่านนี้มีคนใช้มากเกินไป ตั้งใหม่ให้เดายากกว่านี้",
    en: "This password is too common. Choose one that is harder to guess.",
  },
  why_password_entirely_numeric: { th: "รหัสผ่านมีแต่ตัวเลข ใส่ตัวอักษรด้วย", en: "The password is entirely numeric. Add letters." },
  why_username_invalid: {
    th: "ใช้ชื่อผู้ใช้ '{username}' ไม่ได้ ใช้ได้เฉพาะตัวอักษร ตัวเลข และ @ . + - _ ไม่เกิน 150 ตัว",
    en: "The user name '{username}' will not do: up to 150 letters, digits and the signs @ . + - _ are allowed.",
  },
  why_account_invalid: { th: "สร้างบัญชีไม่ได้: {error}", en: "The account cannot be made: {error}" },
  why_both: { th: "{first} {second}", en: "{first} {second}" },
  why_email_by_administrator: {
    th: "ที่นี่ใช้อีเมลบอกว่าใครเป็นใครตอนเข้าสู่ระบบ ผู้ดูแลระบบเท่านั้นที่ตั้งได้",
    en: "Here e-mail addresses tell who somebody is at sign-on. Only an administrator sets them.",
  },
  why_reset_over: { th: "ลิงก์นี้ใช้ไปแล้วหรือหมดเวลาแล้ว ขอลิงก์ใหม่", en: "This link has been used or is too old. Ask for a new one." },
  why_reset_none: {
    th: "ที่นี่ส่งอีเมลไม่ได้ ขอรหัสผ่านใหม่จากผู้จัดการโครงการของคุณ",
    en: "No mail can be sent here. Ask a manager of your project for a new password.",
  },
  why_reset_asked_too_often: {
    th: "มีการขอลิงก์จากที่ที่คุณอยู่บ่อยเกินไป ลองใหม่ในอีก {minutes} นาที",
    en: "Links were asked for too often from where you are. Try again in {minutes} minutes.",
  },
  why_invitation_role: { th: "ลิงก์คำเชิญใช้กับหน้าที่{role}ไม่ได้ ใช้ได้กับ {known}", en: "Nobody becomes {role} by a link; known: {known}." },
  why_invitation_over: {
    th: "ลิงก์นี้ใช้ไม่ได้หรือหมดอายุแล้ว ขอลิงก์ใหม่จากผู้จัดการ",
    en: "This link is not valid (any more); ask the manager for a new one.",
  },
  why_sign_on_only: {
    th: "ที่นี่ไม่เปิดบัญชีด้วยรหัสผ่าน เข้าสู่ระบบด้วยบัญชีขององค์กรเพื่อเข้าร่วม",
    en: "Nobody makes an account with a password here; sign in to join.",
  },
  why_sign_on_none: { th: "ที่นี่ไม่มีการเข้าสู่ระบบด้วยบัญชีขององค์กร", en: "There is no single sign-on here." },
  why_account_closed: { th: "บัญชีนี้ถูกปิดแล้ว", en: "This account is closed." },
  why_no_account: {
    th: "คุณยังไม่มีบัญชีที่นี่ ขอลิงก์คำเชิญจากผู้จัดการ",
    en: "There is no account for you here yet; ask for a link by which to join.",
  },
  why_identity_taken: { th: "เพิ่งมีบัญชีสำหรับคุณ เข้าสู่ระบบอีกครั้ง", en: "This identity has just been given an account; sign in again." },

  why_imported_before: {
    th: "ไฟล์นี้นำเข้าไปแล้วในชื่อ '{name}' เมื่อ {day} เลือกไฟล์อื่น",
    en: "This file was imported as '{name}' on {day}. Choose another file.",
  },
  why_import_under_way: {
    th: "โครงการนี้กำลังนำเข้าข้อความอยู่ ลองใหม่เมื่อเสร็จแล้ว",
    en: "Another import of this project is under way; try again when it is done.",
  },
  why_corpus_not_ready: {
    th: "คลังข้อความ '{name}' {state} ถอนได้เฉพาะคลังที่พร้อม",
    en: "The corpus '{name}' is {state}; only one that is ready can be withdrawn.",
  },
  why_splitter_unknown: {
    th: "ไม่รู้จักวิธีแบ่งประโยค '{splitter}' ที่รู้จัก: {known}",
    en: "The splitter '{splitter}' is unknown; known: {known}.",
  },
  why_format_unknown: { th: "ไม่รู้จักรูปแบบ '{format}' ที่รู้จัก: {known}", en: "The format '{format}' is unknown; known: {known}." },
  why_corpus_field_long: {
    th: "`{field}` ยาวเกิน {longest} ตัวอักษร: '{value}'… ย่อให้สั้นลง",
    en: "`{field}` is longer than {longest} characters: '{value}'… Shorten it.",
  },
  why_corpus_field_zero: { th: "`{field}` มีไบต์ศูนย์ พิมพ์ใหม่", en: "`{field}` holds a zero byte." },
  why_upload_too_large: {
    th: "ไฟล์มี {size} ไบต์ รับได้ไม่เกิน {limit} MiB แบ่งไฟล์ก่อน",
    en: "The upload has {size} bytes; at most {limit} MiB are taken. Split the file.",
  },
  why_file_line: { th: "{file} บรรทัดที่ {line}", en: "{file}, line {line}" },
  why_file_empty: { th: "{place}: ไฟล์ว่างเปล่า", en: "{place}: is empty." },
  why_file_no_sentence: { th: "{place}: ไม่มีประโยค", en: "{place}: holds no sentence." },
  why_file_not_unpacked: { th: "{place}: แตกไฟล์ไม่ได้ บีบอัดใหม่แล้วลองอีกครั้ง: {value}", en: "{place}: cannot be unpacked: {value}." },
  why_file_swollen: {
    th: "{place}: แตกออกมาใหญ่เกิน {times} เท่าหรือเกิน {limit} GiB: {value}",
    en: "{place}: unpacks to more than {times} times its size or {limit} GiB: {value}.",
  },
  why_file_no_zip: { th: "{place}: อ่านเป็นไฟล์ zip ไม่ได้: {value}", en: "{place}: is not a zip file that can be read: {value}." },
  why_file_nameless: { th: "{place}: ใน zip มีไฟล์ที่ไม่มีชื่อ: {value}", en: "{place}: holds a file without a name: {value}." },
  why_file_line_long: {
    th: "{place}: บรรทัดยาวเกิน {longest} ไบต์ แบ่งบรรทัดก่อน: {value}",
    en: "{place}: is longer than {longest} bytes: {value}.",
  },
  why_file_not_utf8: {
    th: "{place}: ไม่ใช่ UTF-8 ที่ไบต์ {byte} ของไฟล์: {value} บันทึกไฟล์ใหม่เป็น UTF-8",
    en: "{place}: is not UTF-8 at byte {byte} of the file: {value}. Save it as UTF-8.",
  },
  why_file_is_pdf: {
    th: "{place}: เป็น PDF บันทึกเฉพาะข้อความเป็นไฟล์ .txt ก่อน",
    en: "{place}: is of the wrong type: a PDF. Save its text as a text file.",
  },
  why_file_is_image: { th: "{place}: เป็นรูปภาพ เลือกไฟล์ข้อความ", en: "{place}: is of the wrong type: an image. Choose a file of text." },
  why_file_is_office: {
    th: "{place}: เป็นเอกสาร Office บันทึกเฉพาะข้อความเป็นไฟล์ .txt ก่อน",
    en: "{place}: is of the wrong type: an Office document. Save its text as a text file.",
  },
  why_file_is_zip_inside: {
    th: "{place}: เป็น zip หรือเอกสาร Office ที่ซ้อนอยู่ในไฟล์บีบอัดอีกชั้น แตกไฟล์ก่อน",
    en: "{place}: is of the wrong type: a zip or an Office document inside another archive. Unpack it first.",
  },
  why_file_is_gzip_inside: {
    th: "{place}: เป็น gzip ที่ซ้อนอยู่ในไฟล์บีบอัดอีกชั้น แตกไฟล์ก่อน",
    en: "{place}: is of the wrong type: a gzip inside another archive. Unpack it first.",
  },
  why_file_is_program: { th: "{place}: เป็นโปรแกรม เลือกไฟล์ข้อความ", en: "{place}: is of the wrong type: a program. Choose a file of text." },
  why_file_is_utf16: {
    th: "{place}: เป็นข้อความ UTF-16 บันทึกไฟล์ใหม่เป็น UTF-8",
    en: "{place}: is of the wrong type: text in UTF-16; save it as UTF-8.",
  },
  why_file_zero_byte: {
    th: "{place}: ไม่ใช่ไฟล์ข้อความ มีไบต์ศูนย์ที่ {byte} เลือกไฟล์ข้อความ",
    en: "{place}: is of the wrong type: a zero byte at {byte}. Choose a file of text.",
  },
  why_file_no_parquet_magic: {
    th: "{place}: ชื่อไฟล์เป็น Parquet แต่เนื้อไฟล์ไม่ใช่: {value}",
    en: "{place}: is named as Parquet and is none: {value}.",
  },
  why_file_no_parquet: { th: "{place}: อ่านเป็นไฟล์ Parquet ไม่ได้: {value}", en: "{place}: is not a Parquet file that can be read: {value}." },
  why_file_no_json: { th: "{place}: ไม่ใช่ JSON ({error}): {value}", en: "{place}: is not JSON ({error}): {value}." },
  why_file_no_object: { th: "{place}: ไม่ใช่ JSON object: {value}", en: "{place}: is not a JSON object: {value}." },
  why_file_no_words: { th: "{place}: `words` ไม่ใช่รายการของข้อความ: {value}", en: "{place}: `words` is not a list of strings: {value}." },
  why_file_no_text: { th: "{place}: ไม่มีข้อความใน `text`: {value}", en: "{place}: has no string `text`: {value}." },
  why_file_no_string: { th: "{place}: `{field}` ไม่ใช่ข้อความ: {value}", en: "{place}: `{field}` is not a string: {value}." },
  why_file_no_column: { th: "{place}: ไม่มีคอลัมน์ `text` หรือ `words`: {value}", en: "{place}: has no column `text` or `words`: {value}." },
  why_file_row_cells: {
    th: "{place}: มี {cells} ช่อง แต่แถวแรกมี {columns} คอลัมน์: {value}",
    en: "{place}: has {cells} cells; the first row names {columns} columns: {value}.",
  },
  why_file_no_table: { th: "{place}: อ่านเป็นตารางไม่ได้: {value}", en: "{place}: is not a table that can be read: {value}." },
  why_file_token_columns: { th: "{place}: ไม่ใช่บรรทัดคำที่มีสิบคอลัมน์: {value}", en: "{place}: is not a token line of ten columns: {value}." },
  why_file_token_number: {
    th: "{place}: ไม่ได้ขึ้นต้นด้วยเลขลำดับคำ: {value}",
    en: "{place}: does not begin with the number of a token: {value}.",
  },
  why_file_token_astray: {
    th: "{place}: คำต่อเข้ากับข้อความที่อักขระ {at} ไม่ได้: {value}",
    en: "{place}: a token does not join to the text at character {at}: {value}.",
  },
  why_file_text_left: { th: "{place}: ข้อความยังเหลือหลังคำสุดท้าย: {value}", en: "{place}: the text goes on after its last token: {value}." },
  why_file_no_task: { th: "{place}: ไม่ใช่งานของ Label Studio: {value}", en: "{place}: is no task of Label Studio: {value}." },
  why_file_array_large: {
    th: "{place}: รายการ JSON ใหญ่เกิน {limit} MiB แบ่งไฟล์ก่อน",
    en: "{place}: is a JSON array of more than {limit} MiB; split it.",
  },
  why_file_no_tasks: { th: "{place}: ไม่ใช่รายการงาน: {value}", en: "{place}: is no array of tasks: {value}." },
  why_file_no_span: { th: "{place}: ป้ายคำไม่มีจุดเริ่มและจุดจบ: {value}", en: "{place}: a label has no start and end: {value}." },
  why_file_span_astray: {
    th: "{place}: ช่วง {start} ถึง {end} ซ้อนกับช่วงอื่นหรืออยู่นอกข้อความ: {value}",
    en: "{place}: the span {start} to {end} overlaps another or lies outside of the text: {value}.",
  },
  why_file_unspanned: {
    th: "{place}: อักขระ {start} ถึง {end} ไม่อยู่ในช่วงใด: {value}",
    en: "{place}: characters {start} to {end} belong to no span: {value}.",
  },
  why_file_control_character: {
    th: "{place}: มีอักขระควบคุมที่ตำแหน่ง {at}: {value} ลบออกก่อน",
    en: "{place}: holds a control character at character {at}: {value}. Remove it.",
  },
  why_file_cluster_long: {
    th: "{place}: กลุ่มอักขระที่ตำแหน่ง {at} มี {length} รหัสอักขระ มีได้ไม่เกิน {longest}: {value}",
    en: "{place}: the grapheme cluster at character {at} has {length} code points; at most {longest} are allowed: {value}.",
  },
  why_file_words_astray: {
    th: "{place}: คำต่อกันแล้วไม่ตรงกับข้อความ ที่อักขระ {at} ข้อความเป็น {expected} แต่คำเป็น {found}: {value}",
    en: "{place}: the words do not join to the text: at character {at} the text has {expected} and the words have {found}: {value}.",
  },
  why_file_sentence_long: {
    th: "{place}: มีประโยคยาว {clusters} กลุ่มอักขระ ยาวได้ไม่เกิน {longest}: {value} แบ่งประโยคก่อน",
    en: "{place}: has a sentence of {clusters} clusters; at most {longest} are allowed: {value}. Split it.",
  },
  why_file_name_bad: {
    th: "{place}: `{field}` ยาวเกิน {longest} ตัวอักษรหรือมีอักขระควบคุม: {value}",
    en: "{place}: `{field}` is longer than {longest} characters or holds a control character: {value}.",
  },

  why_edition_there: { th: "มีฉบับชื่อ '{name}' อยู่แล้ว เลือกชื่ออื่น", en: "There is an edition '{name}' already. Choose another name." },
  why_choice_unknown: {
    th: "{field} เป็น '{value}' ไม่ได้ เลือกจาก {known}",
    en: "{field} is '{value}'; known: {known}. Choose one of these.",
  },
  why_file_unready: { th: "{thing} {id} {state} ไฟล์จะมีเมื่อพร้อม", en: "The {thing} {id} is {state}. Its file is there once it is ready." },
  why_file_deleted: {
    th: "ไฟล์ของ{thing} {id} ถูกลบไปแล้ว สั่งใหม่อีกครั้ง",
    en: "The file of the {thing} {id} has been deleted; ask for it again.",
  },

  why_not_logged_in: { th: "คุณยังไม่ได้เข้าสู่ระบบ เข้าสู่ระบบแล้วลองอีกครั้ง", en: "You are not logged in. Log in and try again." },
  why_password_wrong: { th: "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง ลองอีกครั้ง", en: "The name or the password is wrong. Try again." },
  why_passwords_wrong: {
    th: "ใส่รหัสผ่านของชื่อนี้ผิดหลายครั้งเกินไป ลองใหม่ในอีก {minutes} นาที",
    en: "Too many wrong passwords for this name. Try again in {minutes} minutes.",
  },
  why_token_wrong: { th: "โทเคนนี้ใช้ไม่ได้หรือหมดอายุแล้ว ขอโทเคนใหม่", en: "This token is not valid (any more). Ask for a new one." },
  why_forgery_mark: {
    th: "คำขอนี้ไม่มีเครื่องหมายกันการปลอม โหลดหน้านี้ใหม่แล้วทำอีกครั้ง",
    en: "The request lacks the mark against forgery. Load the page again and repeat it.",
  },
  why_too_often: { th: "ลองบ่อยเกินไป รอสักครู่แล้วลองใหม่", en: "Too many tries. Wait a moment, then try again." },
  why_input_unreadable: { th: "อ่านข้อมูลที่ส่งมาไม่ได้: {error}", en: "The request cannot be read: {error}" },
  why_input_no_object: { th: "ข้อมูลที่ส่งต้องเป็น JSON object", en: "The request must be a JSON object." },
  why_input_wrong: { th: "ข้อมูลที่ส่งมาใช้ไม่ได้: {error}", en: "The request cannot be taken: {error}" },
  why_field_missing: { th: "ต้องกรอก {field}", en: "{field} is needed. Fill it in." },
  why_field_long: {
    th: "{field} ยาวเกินไป ใส่ได้ไม่เกิน {longest} ตัวอักษร ย่อให้สั้นลง",
    en: "{field} is too long: at most {longest} characters. Shorten it.",
  },
  why_field_many: { th: "{field} มีมากเกินไป ใส่ได้ไม่เกิน {most} รายการ", en: "{field} has too many entries: at most {most}." },
  why_field_small: { th: "{field} ต้องไม่น้อยกว่า {least}", en: "{field} must be {least} or more." },
  why_field_large: { th: "{field} ต้องไม่เกิน {most}", en: "{field} must be {most} or less." },
  why_field_whole_number: { th: "{field} ต้องเป็นจำนวนเต็ม เช่น 12", en: "{field} must be a whole number, such as 12." },
  why_field_number: { th: "{field} ต้องเป็นตัวเลข เช่น 0.5", en: "{field} must be a number, such as 0.5." },
  why_field_yes_no: { th: "{field} ต้องเป็น true หรือ false", en: "{field} must be true or false." },
  why_field_text: { th: "{field} ต้องเป็นข้อความ", en: "{field} must be text." },
  why_field_moment: {
    th: "{field} ต้องเป็นวันที่พร้อมเวลา เช่น 2026-01-31T09:30:00Z",
    en: "{field} must be a date with a time, such as 2026-01-31T09:30:00Z.",
  },
  why_field_email: {
    th: "{field} ต้องเป็นที่อยู่อีเมล เช่น somsri@example.org",
    en: "{field} must be an e-mail address, such as somsri@example.org.",
  },
  why_field_year: {
    th: "ปีของ {field} ต้องอยู่ระหว่าง {first} กับ {last} ตรวจวันที่อีกครั้ง",
    en: "{field} must lie between the years {first} and {last}. Look at the date again.",
  },
  why_field_id: { th: "{field} ต้องเป็น UUID โหลดหน้านี้ใหม่", en: "{field} must be a UUID. Load the page again." },
  why_field_form: { th: "{field} เขียนไม่ตรงรูปแบบที่ต้องใช้", en: "{field} is not written as it has to be." },
  why_field_file: { th: "{field} ต้องเป็นไฟล์ เลือกไฟล์ก่อน", en: "{field} must be a file. Choose one." },
  why_field_file_empty: { th: "{field} ว่างเปล่า เลือกไฟล์อื่น", en: "{field} is empty. Choose another file." },
  why_field_list: { th: "{field} ต้องเป็นรายการ", en: "{field} must be a list." },
  why_field_object: { th: "{field} ต้องเป็น object ที่มีชื่อและค่า", en: "{field} must be an object of names and values." },
  why_field_boundaries: {
    th: "{field} ต้องเป็นรายการจำนวนเต็มตั้งแต่ 1 ขึ้นไป โหลดหน้านี้ใหม่",
    en: "{field} must be a list of whole numbers from 1 on. Load the page again.",
  },
  why_field_sign: {
    th: "{field} มีอักขระที่มองไม่เห็นหรือเก็บไม่ได้ พิมพ์ใหม่",
    en: "{field} holds a sign that cannot be seen or stored. Type it anew.",
  },
  why_field_event_kind: {
    th: "{field} ต้องเป็นอักษรอังกฤษตัวเล็กคั่นด้วยจุด เช่น holiday.started",
    en: "{field} must be small letters with dots between, such as holiday.started.",
  },
  why_field_event_until: {
    th: "{field} อยู่ก่อนเวลาเริ่ม เลือกเวลาที่หลังกว่า",
    en: "{field} is before the beginning. Choose a later time.",
  },
  why_field_wrong: { th: "ค่าของ {field} ใช้ไม่ได้: {error}", en: "{field} cannot be taken: {error}" },

  why_unforeseen: {
    th: "เกิดข้อผิดพลาดที่ไม่ได้คาดไว้ ลองอีกครั้ง ถ้ายังเกิดอีกให้ส่งข้อความนี้ให้ผู้ดูแลระบบ: {error}",
    en: "Something went wrong that nobody foresaw. Try again; if it happens once more, tell the administrator this: {error}",
  },
  why_server_error: {
    th: "เซิร์ฟเวอร์ขัดข้องและบันทึกไว้แล้ว ลองอีกครั้ง ถ้ายังเกิดอีกให้แจ้งผู้ดูแลระบบ",
    en: "Something went wrong on the server, and was written to its log. Try again; if it happens once more, tell the administrator.",
  },
  why_no_space: {
    th: "เซิร์ฟเวอร์ไม่มีที่เก็บเหลือ จึงไม่ได้บันทึก แจ้งผู้ดูแลระบบ",
    en: "The server has no space left for this; it was not stored. Tell the administrator.",
  },
  why_no_memory: {
    th: "หน่วยความจำของเซิร์ฟเวอร์ไม่พอ เลือกแบบจำลองที่เล็กลง หรือส่งข้อความนี้ให้ผู้ดูแลระบบ: {error}",
    en: "The server's memory was too small for this. Choose a smaller model or tell the administrator this: {error}",
  },
  why_database_away: { th: "ติดต่อฐานข้อมูลไม่ได้ ลองอีกครั้งในอีกสักครู่", en: "The database cannot be reached; try again in a moment." },
  why_request_too_large: { th: "ข้อมูลที่ส่งใหญ่เกินกว่าที่เซิร์ฟเวอร์รับ แบ่งส่งทีละส่วน", en: "The request is larger than this server takes." },

  // Words that stand as values in such a sentence.
  state_submitted: { th: "ส่งไป", en: "submitted" },
  state_skipped: { th: "ถูกข้ามไป", en: "skipped" },
  state_expired: { th: "หมดเวลา", en: "expired" },
  state_released: { th: "คืนไป", en: "released" },
  state_leased: { th: "มีคนถืออยู่", en: "leased" },
  state_paused: { th: "พักอยู่", en: "paused" },
  state_done: { th: "เสร็จ", en: "done" },
  thing_corpus: { th: "คลังข้อความ", en: "corpus" },
  thing_flag: { th: "ธง", en: "flag" },
  thing_webhook: { th: "เว็บฮุก", en: "webhook" },
  thing_invitation: { th: "คำเชิญ", en: "invitation" },
  thing_export: { th: "ไฟล์ส่งออก", en: "export" },
  thing_report: { th: "รายงาน", en: "report" },
  thing_member: { th: "สมาชิก", en: "member" },
  thing_sentence: { th: "ประโยค", en: "sentence" },
  thing_round: { th: "รอบ", en: "round" },
  thing_event: { th: "เหตุการณ์", en: "event" },
} satisfies Record<string, Text>;
