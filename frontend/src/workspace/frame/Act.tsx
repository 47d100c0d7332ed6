import { Alert } from "antd";
import { useEffect, useRef } from "react";
import { faultWords } from "./faults";

/** Why something was not done, above the button that asked for it; the reader is led here. */
export function ActFault({ fault, children }: { fault: unknown; children?: React.ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (fault !== null && fault !== undefined) box.current?.scrollIntoView({ block: "nearest" });
  }, [fault]);
  if (fault === null || fault === undefined) return null;
  return (
    <div ref={box} className="notice">
      <Alert role="alert" type="error" showIcon title={faultWords(fault)} description={children} />
    </div>
  );
}
