import type { Text } from "../messages";

/** Texts of making a project, of joining one, and of its overview. */
export const OVERVIEW_MESSAGES = {
  analysis: { th: "วิเคราะห์", en: "Analysis" },
  conflicts: { th: "ตัดไม่ตรงกัน", en: "Conflicts" },
  cancel: { th: "ไม่ทำ", en: "Cancel" },
  done: { th: "เสร็จแล้ว", en: "done" },
  offlineSince: {
    th: "ติดต่อเซิร์ฟเวอร์ไม่ได้ ตัวเลขที่เห็นเป็นของเวลา {at} จะอัปเดตเองเมื่อติดต่อได้",
    en: "The server cannot be reached. Figures are as of {at}; they go on by themselves once it can.",
  },

  projectNew: { th: "สร้างโครงการใหม่", en: "New project" },
  projectCreate: { th: "สร้างโครงการ", en: "Create the project" },
  noProjectsYet: { th: "ยังไม่มีโครงการ เริ่มได้เลย", en: "There is no project yet. Make the first one." },
  purpose: { th: "โครงการนี้ทำเพื่ออะไร", en: "What is it for?" },
  purpose_experiment: { th: "ทดลองและวัดผล", en: "An experiment" },
  purposeHelp_experiment: {
    th: "สองแขนเท่ากัน แบบเสนอมาจากพจนานุกรมเท่านั้น จึงบอกได้ว่าการเลือกเชิงรุกคุ้มหรือไม่",
    en: "Both arms get the same, and suggestions come from the dictionary only, so that what active sampling gains can be told.",
  },
  purpose_labels: { th: "เก็บข้อมูลให้ได้มากที่สุด", en: "Labels first" },
  purposeHelp_labels: {
    th: "ให้แขนเชิงรุกสี่ในห้าส่วน และให้แบบจำลองช่วยเสนอ เร็วกว่า แต่เปรียบเทียบสองแขนได้ไม่เต็มที่",
    en: "Four fifths go to the active arm, and the model suggests. Faster, but the arms can be compared less well.",
  },
  holdoutPercent: { th: "กันเอกสารไว้วัดผล (ร้อยละ)", en: "Documents held out for measuring (%)" },
  holdoutPercentHelp: {
    th: "ใช้วัดผลอย่างเดียว ไม่ใช้ฝึก ตั้งได้จนกว่าจะนำเข้าข้อความครั้งแรก ควรได้อย่างน้อย 80 เอกสาร ครึ่งหนึ่งเก็บไว้สำหรับรายงานสุดท้าย ต่ำกว่า 40 เอกสารจะไม่มีช่วงความเชื่อมั่น",
    en: "They measure the models and train none. Fixed with the first import. Aim at 80 documents or more: half stay sealed for the final report, and under 40 the curves have no interval.",
  },

  inviteTo: {
    th: "{by} เชิญคุณเข้าโครงการ “{project}” ในบทบาท{role}",
    en: "{by} invites you to the project “{project}” as {role}.",
  },
  inviteOver: {
    th: "ลิงก์นี้ใช้ไม่ได้แล้ว ขอลิงก์ใหม่จากผู้จัดการโครงการ",
    en: "This link is not valid any more. Ask the manager for a new one.",
  },
  inviteJoinAs: { th: "เข้าร่วมในชื่อ {name}", en: "Join as {name}" },
  inviteJoin: { th: "เข้าร่วม", en: "Join" },
  inviteHasAccount: { th: "มีบัญชีอยู่แล้ว", en: "I have an account" },
  yourName: { th: "ชื่อของคุณ", en: "Your name" },
  usernameChoose: { th: "ตั้งชื่อผู้ใช้", en: "Choose a user name" },
  passwordChoose: { th: "ตั้งรหัสผ่าน", en: "Choose a password" },
  passwordHelp: {
    th: "อย่างน้อย 8 ตัว ไม่ใช่ตัวเลขล้วน และไม่คล้ายชื่อผู้ใช้",
    en: "At least 8 characters, not digits alone, and not like the user name.",
  },

  setup: { th: "เริ่มต้นใช้งาน", en: "Setting up" },
  setupPaused: { th: "โครงการพักอยู่", en: "The project is paused" },
  setup_texts: { th: "นำเข้าข้อความ", en: "Import texts" },
  setupHelp_texts: { th: "ไฟล์ข้อความที่จะตัดคำ ดูตัวอย่างก่อนนำเข้าได้", en: "A file of Thai text; you see what is in it before it is stored." },
  setupDo_texts: { th: "ไปนำเข้า", en: "Import texts" },
  setup_guideline: { th: "เขียนคู่มือ", en: "Write the guideline" },
  setupHelp_guideline: { th: "กติกาที่ทุกคนใช้ตัดคำ แก้ได้เสมอ ทุกฉบับเก็บไว้", en: "The rules everybody cuts by. It can be changed later; every version is kept." },
  setupDo_guideline: { th: "ไปเขียนคู่มือ", en: "Write it" },
  setup_people: { th: "เชิญคน", en: "Invite people" },
  setupHelp_people: { th: "ส่งลิงก์ให้ผู้ตัดคำ หรือเพิ่มชื่อเอง", en: "Send annotators a link, or add them by name." },
  setupDo_people: { th: "ไปเชิญ", en: "Invite" },
  setup_start: { th: "เริ่มแจกงาน", en: "Start" },
  setupHelp_start: {
    th: "งานจะถึงผู้ตัดคำทันทีที่เข้าสู่ระบบ ชุดตั้งต้นถูกจับเมื่อแจกประโยคแรก",
    en: "Annotators get sentences as soon as they log in. The seed set is drawn with the first one.",
  },
  setupDo_start: { th: "เริ่มแจกงาน", en: "Hand out work" },
  setupWaits: { th: "รอผู้ตัดคำคนแรกเข้าสู่ระบบ", en: "Waits for the first annotator to log in." },

  attentionNone: { th: "ไม่มี ทุกอย่างเรียบร้อย", en: "Nothing; all is well." },
  find_roundFailed: { th: "รอบล่าสุดล้มเหลว ลำดับเดิมยังใช้อยู่", en: "The last round failed; the order from before is still served." },
  do_roundFailed: { th: "ลองอีกครั้ง", en: "Try the round again" },
  find_staleOrder: { th: "ลำดับที่ใช้อยู่ล้าหลัง {count} งาน", en: "The served order does not know the last {count} labels." },
  do_staleOrder: { th: "เปิดรอบเดี๋ยวนี้", en: "Open a round now" },
  find_unbalanced: {
    th: "สองแขนห่างกันเกินส่วนที่ตั้งไว้ ระบบจะปรับเองเมื่อมีงานเพิ่ม ถ้าไม่ดีขึ้น ดูว่าส่วนที่ตั้งไว้ถูกหรือไม่",
    en: "The arms are further apart than the share set. Handing out corrects it by itself; if it lasts, look at the share.",
  },
  do_unbalanced: { th: "ดูส่วนที่ตั้งไว้", en: "See the share" },
  find_nobodyAtWork: { th: "ไม่มีใครทำงานอยู่ มีงานรอ {count} ประโยค", en: "Nobody is at work, and {count} readings wait." },
  do_nobodyAtWork: { th: "ดูรายชื่อคน", en: "See who could" },
  find_drift: { th: "พบความเปลี่ยนแปลงของคนหรืองาน {count} ครั้งใน 7 วันนี้", en: "{count} drifts of people or of what is served were found in the last 7 days." },
  do_drift: { th: "ดูเหตุการณ์", en: "See what changed" },
  find_lowAgreement: {
    th: "คนตัดตรงกันน้อยกว่า 90 % (F1 จุดตัด จาก {count} คู่) คู่มืออาจยังไม่ชัด",
    en: "People agree on less than 90 % (boundary F1, {count} pairs of readings). The guideline may leave something open.",
  },
  do_lowAgreement: { th: "ปรับคู่มือ", en: "Sharpen the guideline" },
  find_disagreements: { th: "มี {count} ประโยคที่คนตัดต่างกันรอชี้ขาด", en: "{count} sentences were read differently and wait for a decision." },
  do_disagreements: { th: "ไปชี้ขาด", en: "Decide" },
  find_flags: { th: "มีเรื่องที่แจ้งรออยู่ {count} เรื่อง", en: "{count} flags wait for an answer." },
  do_flags: { th: "ไปตอบ", en: "Answer" },

  balance: { th: "สองแขนสมดุลหรือไม่", en: "Are the arms balanced?" },
  balanceNone: { th: "ยังไม่มีงาน", en: "No work yet." },
  balanceOn: { th: "สมดุล", en: "Yes" },
  balanceOff: { th: "ไม่สมดุล", en: "No" },
  balanceShares: {
    th: "สุ่ม {random} · เชิงรุก {active} ของต้นทุน ({unit}) ตั้งไว้ {wanted}",
    en: "Random {random} · active {active} of the charged {unit} ({wanted} is wanted)",
  },
  noRoundYet: { th: "ยังไม่มีรอบ รอบแรกเปิดเองเมื่อชุดตั้งต้นตัดครบ", en: "No round yet; the first opens when the seed set is done." },
  toNextRound: { th: "รอบถัดไป: {done} จาก {size} งาน", en: "To the next round: {done} of {size} labels" },
  lagSentence: { th: "ลำดับที่ใช้ล้าหลัง {labels} งาน {time}", en: "The served order is {labels} labels and {time} old." },
  nobodyToday: { th: "วันนี้ยังไม่มีใครทำ", en: "Nobody has worked today." },
  todayOf: { th: "วันนี้ {count} · {ago}", en: "{count} today · {ago}" },
} satisfies Record<string, Text>;
