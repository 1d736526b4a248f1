import { render, screen, waitFor } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { useLoaded } from "../useLoaded";

describe("what is loaded again before it has come", () => {
  it("is loading until the latest answer is here, and shows that one", async () => {
    const answers: ((answer: string) => void)[] = [];
    const Shown = ({ of }: { of: string }) => {
      const loaded = useLoaded(() => new Promise<string>((resolve) => answers.push(resolve)), of);
      return <p>{loaded.isLoading.value ? "loading" : loaded.data.value}</p>;
    };
    const { rerender } = render(<Shown of="first" />);
    await waitFor(() => expect(answers).toHaveLength(1));
    rerender(<Shown of="second" />);
    await waitFor(() => expect(answers).toHaveLength(2));
    answers[0]!("old");
    await Promise.resolve();
    expect(screen.getByText("loading")).toBeTruthy();
    answers[1]!("new");
    expect(await screen.findByText("new")).toBeTruthy();
  });
});
