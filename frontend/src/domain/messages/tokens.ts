import type { Text } from "../messages";

/** Access tokens in a person's own settings. */
export const TOKEN_MESSAGES = {
  tokens: { th: "โทเค็นสำหรับโปรแกรม", en: "Access tokens for programs" },
  tokensHelp: {
    th: "โปรแกรมที่ส่งโทเค็นมาทำงานในนามของคุณ ให้สิทธิ์เท่าที่โปรแกรมต้องใช้ และอย่าให้ใครเห็นกุญแจ",
    en: "A program that sends a token acts in your name. Give it no more than it needs, and show the key to nobody.",
  },
  tokenName: { th: "ใช้ทำอะไร", en: "What it is for" },
  tokenScope: { th: "สิทธิ์", en: "It may" },
  tokenScope_read: { th: "อ่านอย่างเดียว", en: "Only read" },
  tokenScope_write: { th: "อ่านและเขียน", en: "Read and write" },
  tokenProject: { th: "โครงการ", en: "Project" },
  tokenEverywhere: { th: "ทุกโครงการและบัญชีของฉัน", en: "All of mine, and my account" },
  tokenDays: { th: "ใช้ได้กี่วัน", en: "Days it holds" },
  tokenMake: { th: "ออกโทเค็น", en: "Make a token" },
  tokenKey: { th: "กุญแจของ “{name}”", en: "The key of “{name}”" },
  tokenKeyOnce: { th: "แสดงครั้งเดียว คัดลอกเก็บไว้ตอนนี้", en: "Shown this once. Copy it now." },
  tokensNone: { th: "คุณไม่มีโทเค็น", en: "You have no tokens." },
  tokenLogIn: { th: "โปรแกรมเข้าสู่ระบบ", en: "A program's log-in" },
  tokenLife: { th: "ออกเมื่อ {made} ใช้ได้ถึง {until}", en: "Made {made}, holds until {until}" },
  tokenUsed: { th: "ใช้ล่าสุด {used} (คลาดได้หนึ่งชั่วโมง)", en: "Last used {used} (within an hour)" },
  tokenUnused: { th: "ยังไม่เคยใช้", en: "Never used" },
  tokenRevoke: { th: "เพิกถอน", en: "Revoke" },
  tokenRevokeSure: {
    th: "เพิกถอนโทเค็น “{name}” หรือไม่ โปรแกรมที่ใช้อยู่จะเข้าไม่ได้ทันที",
    en: "Revoke the token “{name}”? Whatever uses it is shut out at once.",
  },
} satisfies Record<string, Text>;
