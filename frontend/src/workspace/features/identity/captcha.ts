import { useCallback, useState } from "react";
import { api, read } from "../../../shared/api/client";
import { solve } from "../../../shared/captcha/solve";

interface Captcha {
  /** Fetches a challenge and solves it: a second or two of the machine's work, none of the person's. */
  prove: () => Promise<string>;
  /** The share searched, 0 to 1, while it works; undefined otherwise. */
  progress: number | undefined;
}

export function useCaptcha(): Captcha {
  const [progress, setProgress] = useState<number>();
  const prove = useCallback(async () => {
    setProgress(0);
    try {
      return await solve(await read(api.GET("/api/v1/captcha")), { onProgress: setProgress });
    } finally {
      setProgress(undefined);
    }
  }, []);
  return { prove, progress };
}
