"""What the service writes to people by e-mail: plain text, in Thai and in English."""

RESET_SUBJECT = "ตัดคำ: ตั้งรหัสผ่านใหม่ – Tatkham: set a new password"
RESET_TEXT = """\
มีคนขอตั้งรหัสผ่านใหม่ของบัญชี {username} ที่ {site}
เปิดลิงก์นี้แล้วตั้งรหัสผ่าน ลิงก์ใช้ได้ครั้งเดียว ภายใน {minutes} นาที

Somebody asked to set a new password for the account {username} at {site}.
Open this link and set it. The link works once, within {minutes} minutes.

{link}

ถ้าคุณไม่ได้ขอ ไม่ต้องทำอะไร รหัสผ่านเดิมยังใช้ได้ อย่าส่งลิงก์นี้ให้ใคร
If it was not you, do nothing: the old password goes on working. Pass the link on to nobody.
"""
