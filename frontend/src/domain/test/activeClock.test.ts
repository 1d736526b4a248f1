import { describe, expect, it } from "vitest";
import { isIdle, startClock, stopClock, totalAt, touchClock } from "../activeClock";

const CUT = 60_000;

describe("the active clock", () => {
  it("counts the time between actions", () => {
    const clock = touchClock(touchClock(startClock(0), 5_000, CUT), 9_000, CUT);
    expect(clock.totalMs).toBe(9_000);
  });
  it("counts an idle stretch up to the cut only", () => {
    expect(touchClock(startClock(0), 600_000, CUT).totalMs).toBe(CUT);
    expect(isIdle(startClock(0), 600_000, CUT)).toBe(true);
  });
  it("stands still once stopped", () => {
    const clock = stopClock(startClock(0), 4_000, CUT);
    expect(totalAt(clock, 50_000, CUT)).toBe(4_000);
    expect(touchClock(clock, 50_000, CUT).totalMs).toBe(4_000);
  });
  it("goes on from the time a draft had before", () => {
    expect(totalAt(startClock(100, 7_000), 1_100, CUT)).toBe(8_000);
  });
  it("never runs backwards when the device's clock is set back", () => {
    expect(totalAt(startClock(10_000), 2_000, CUT)).toBe(0);
  });
});
