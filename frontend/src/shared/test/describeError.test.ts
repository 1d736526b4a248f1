import { describe, expect, it } from "vitest";
import { ApiError } from "../../api/client";
import type { Language } from "../../domain/messages";
import { setLanguage } from "../../store/language";
import { describeError } from "../ErrorNote";

function said(status: number, code: string, values: Record<string, unknown> = {}): Record<Language, string> {
  const error = new ApiError(status, "refused", "of a newer server", { why: { code, values, text: "of a newer server" } });
  const say = (chosen: Language) => {
    setLanguage(chosen);
    return describeError(error);
  };
  return { th: say("th"), en: say("en") };
}

describe("what is refused is said in both languages", () => {
  it.each([
    [401, "not_logged_in", {}, "คุณยังไม่ได้เข้าสู่ระบบ เข้าสู่ระบบแล้วลองอีกครั้ง", "You are not logged in. Log in and try again."],
    [429, "passwords_wrong", { minutes: 15 }, "ใส่รหัสผ่านของชื่อนี้ผิดหลายครั้งเกินไป ลองใหม่ในอีก 15 นาที", "Too many wrong passwords for this name. Try again in 15 minutes."],
    [403, "forgery_mark", {}, "คำขอนี้ไม่มีเครื่องหมายกันการปลอม โหลดหน้านี้ใหม่แล้วทำอีกครั้ง", "The request lacks the mark against forgery. Load the page again and repeat it."],
  ])("%s %s", (status, code, values, th, en) => {
    expect(said(status, code, values)).toEqual({ th, en });
  });
  it("with the field as its form calls it, and what is wrong with it", () => {
    expect(said(400, "field_long", { field: "username", longest: 150 })).toEqual({
      th: "“ชื่อผู้ใช้” ยาวเกินไป ใส่ได้ไม่เกิน 150 ตัวอักษร ย่อให้สั้นลง",
      en: "“User name” is too long: at most 150 characters. Shorten it.",
    });
    expect(said(400, "field_large", { field: "active_share", most: 1 }).en).toBe("“Share of the active arm (0–1)” must be 1 or less.");
    expect(said(400, "field_missing", { field: "held" })).toEqual({ th: "ต้องกรอก held", en: "held is needed. Fill it in." });
  });
  it("as the server's English where this page does not know the reason", () => {
    expect(said(400, "of_tomorrow").th).toBe("of a newer server");
  });
});
