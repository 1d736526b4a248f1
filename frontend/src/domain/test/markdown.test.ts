import { describe, expect, it } from "vitest";
import { blockText, headingLevels, parseInline, parseMarkdown } from "../markdown";

describe("guideline text", () => {
  it("is read as headings, paragraphs and lists", () => {
    const blocks = parseMarkdown("# กฎ\n\nข้อความ\n\n- หนึ่ง\n  ต่อ\n- สอง\n\n1. ก\n2. ข");
    expect(blocks.map((block) => block.kind)).toEqual(["heading", "paragraph", "list", "list"]);
    expect(blocks[2]).toMatchObject({ isOrdered: false, items: [[{ text: "หนึ่ง\nต่อ" }], [{ text: "สอง" }]] });
    expect(blocks[3]).toMatchObject({ isOrdered: true });
  });
  it("keeps a list that follows its paragraph without an empty line", () => {
    expect(parseMarkdown("ได้แก่\n- ก\n- ข").map((block) => block.kind)).toEqual(["paragraph", "list"]);
  });
  it("keeps boundary bars inside code in a table's cell", () => {
    const [table] = parseMarkdown("| คำ | ตัด |\n|---|---|\n| ตากลม | `ตาก|ลม` |");
    expect(table).toMatchObject({ kind: "table", rows: [[[{ text: "ตากลม" }], [{ kind: "code", text: "ตาก|ลม" }]]] });
  });
  it("never skips a level of headings, also when only some passages are shown", () => {
    expect(headingLevels(parseMarkdown("# ก\n\n## ข\n\n## ค"), 3)).toEqual([3, 4, 4]);
    expect(headingLevels(parseMarkdown("### ก\n\n# ข"), 3)).toEqual([3, 3]);
  });
  it("never turns markup into HTML", () => {
    expect(parseInline("<b>ตา</b>")).toEqual([{ kind: "text", text: "<b>ตา</b>" }]);
  });
  it("keeps code inside emphasis", () => {
    expect(parseInline("*ขีด `|` คือ*")).toEqual([
      { kind: "em", text: "ขีด " },
      { kind: "code", text: "|" },
      { kind: "em", text: " คือ" },
    ]);
  });
  it("is searched without the bars", () => {
    const [block] = parseMarkdown("ตัด `ห้อง|นอน` เสมอ");
    expect(blockText(block!)).toContain("ห้องนอน");
  });
});
