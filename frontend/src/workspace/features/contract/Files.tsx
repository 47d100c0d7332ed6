import { useEffect, useId, useRef, useState } from "react";
import { faultWords } from "../../frame/faults";
import { fileAddress, upload } from "../../frame/upload";
import { size } from "../../../shared/format/size";
import type { Attachment } from "./contracts";

const limit = 20 * 1024 * 1024;
const accepted = ".pdf,.ofd,.jpg,.jpeg,.png,.docx,.xlsx";

/** Papers that hang on something, to be opened. */
export function FileList({ files }: { files: readonly Attachment[] }) {
  if (files.length === 0) return null;
  return (
    <ul className="files">
      {files.map((f) => (
        <li key={f.id}>
          <a href={fileAddress(f.id)} target="_blank" rel="noreferrer">
            {f.name}
          </a>{" "}
          <small>
            {size(f.size)} · SHA-256 {f.sha256.slice(0, 12)}…
          </small>
        </li>
      ))}
    </ul>
  );
}

interface FilesFieldProps {
  label: string;
  help?: string;
  optional?: boolean;
  value: readonly Attachment[];
  change: (files: readonly Attachment[]) => void;
  fault?: string | undefined;
}

/** Several papers to be handed in, one after the other. */
export function FilesField({ label, help, optional = false, value, change, fault }: FilesFieldProps) {
  const id = useId();
  const [share, setShare] = useState<number>();
  const [wrong, setWrong] = useState<string>();
  const gone = useRef(new AbortController());
  useEffect(() => {
    const leaving = new AbortController();
    gone.current = leaving;
    return () => {
      leaving.abort();
    };
  }, []);

  const send = async (chosen: readonly File[]): Promise<void> => {
    setWrong(undefined);
    let kept = value;
    for (const file of chosen) {
      if (file.size > limit) {
        setWrong(`“${file.name}”有 ${size(file.size)}，超过 20 MB。请压缩，或分成几个文件。`);
        continue;
      }
      setShare(0);
      try {
        const one = await upload(file, setShare, gone.current.signal);
        kept = [...kept.filter((k) => k.id !== one.id), { id: one.id, name: one.name, size: one.size, sha256: one.sha256 }];
        change(kept);
      } catch (refusal) {
        if (gone.current.signal.aborted) return;
        setWrong(`“${file.name}”没有传上：${faultWords(refusal)}`);
      }
    }
    setShare(undefined);
  };

  const says = wrong ?? fault;
  return (
    <div className={says === undefined ? "entry" : "entry faulty"}>
      <p id={`${id}-name`} className="files-name">
        {label}
        {optional ? <span className="optional">（选填）</span> : null}
      </p>
      <p className="help" id={`${id}-help`}>
        {help === undefined ? "" : `${help}。`}PDF、OFD、图片、Word 或 Excel，每个不超过 20 MB
      </p>
      {value.length > 0 ? (
        <ul className="files">
          {value.map((f) => (
            <li key={f.id}>
              <a href={fileAddress(f.id)} target="_blank" rel="noreferrer">
                {f.name}
              </a>{" "}
              <small>{size(f.size)}</small>{" "}
              <button type="button" className="plain-button" onClick={() => { change(value.filter((k) => k.id !== f.id)); }}>
                去掉<span className="visually-hidden">{f.name}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      <input
        id={id}
        className="file-box"
        type="file"
        multiple
        accept={accepted}
        aria-describedby={`${id}-name ${id}-help`}
        disabled={share !== undefined}
        onChange={(event) => {
          const chosen = Array.from(event.currentTarget.files ?? []);
          event.currentTarget.value = "";
          if (chosen.length > 0) void send(chosen);
        }}
      />
      <label htmlFor={id} className="file-button">
        {value.length === 0 ? "选择文件" : "再加文件"}
      </label>
      {share === undefined ? null : (
        <p role="status">
          正在上传 {Math.round(share * 100)}% <progress value={share} max={1} aria-label="上传进度" />
        </p>
      )}
      {says === undefined ? null : (
        <p className="fault" role="alert">
          {says}
        </p>
      )}
    </div>
  );
}

export function idsOf(files: readonly Attachment[]): string[] {
  return files.map((f) => f.id);
}
