import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { ConfigProvider } from "antd";
import type { ReactNode } from "react";
import { theme } from "./theme";

const button = { autoInsertSpace: false };
const wave = { disabled: true };

/** What every screen stands in: our colours, and one cache of what was read. */
export function Providers({ client, children }: { client: QueryClient; children: ReactNode }) {
  return (
    <ConfigProvider theme={theme} button={button} wave={wave}>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </ConfigProvider>
  );
}
