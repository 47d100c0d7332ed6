import { useEffect, useRef, useState } from "react";
import { faultWords } from "../../../frame/faults";
import { fileAddress, upload } from "../../../frame/upload";
import { size } from "../../../../shared/format/size";
import { useTies, type InputProps } from "./FieldEntry";
import { useFormState } from "./formContext";

const limit = 20 * 1024 * 1024;
const accepted = ".pdf,.ofd,.jpg,.jpeg,.png,.docx,.xlsx";

/** One file: its name once it is there, how far it has come while it is on its way. */
export function FileInput({ path, field, value, change }: InputProps) {
  const ties = useTies(path, field);
  const { files, uploaded } = useFormState();
  const [share, setShare] = useState<number>();
  const [fault, setFault] = useState<string>();
  const gone = useRef(new AbortController());
  useEffect(() => {
    const leaving = new AbortController();
    gone.current = leaving;
    return () => {
      leaving.abort();
    };
  }, []);
  const file = typeof value === "string" ? files.get(value) : undefined;

  const send = async (chosen: File): Promise<void> => {
    setFault(undefined);
    if (chosen.size > limit) {
      setFault(`这个文件有 ${size(chosen.size)}，超过 20 MB。请压缩，或分成几个文件。`);
      return;
    }
    setShare(0);
    try {
      const kept = await upload(chosen, setShare, gone.current.signal);
      uploaded(kept);
      change(kept.id);
    } catch (refusal) {
      if (!gone.current.signal.aborted) setFault(faultWords(refusal));
    } finally {
      setShare(undefined);
    }
  };

  return (
    <div className="file-input">
      {typeof value === "string" && value !== "" ? (
        <p>
          <a href={fileAddress(value)} target="_blank" rel="noreferrer">
            {file?.name ?? "已上传的文件"}
          </a>{" "}
          <small>{file === undefined ? "" : size(file.size)}</small>
        </p>
      ) : null}
      {field.readOnly === true ? null : (
        <p className="file-actions">
          <input
            {...ties}
            className="file-box"
            type="file"
            accept={accepted}
            disabled={share !== undefined}
            onChange={(event) => {
              const chosen = event.currentTarget.files?.[0];
              event.currentTarget.value = "";
              if (chosen !== undefined) void send(chosen);
            }}
          />
          <label htmlFor={ties.id} className="file-button">
            {value === undefined || value === "" ? "选择文件" : "换一个文件"}
          </label>
          {typeof value === "string" && value !== "" ? (
            <button
              type="button"
              className="plain-button"
              onClick={() => {
                change(undefined);
              }}
            >
              去掉<span className="visually-hidden">{field.label}</span>
            </button>
          ) : null}
        </p>
      )}
      {share === undefined ? null : (
        <p role="status">
          正在上传 {Math.round(share * 100)}% <progress value={share} max={1} aria-label="上传进度" />
        </p>
      )}
      {fault === undefined ? null : (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
