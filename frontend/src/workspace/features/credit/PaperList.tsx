import { useState } from "react";
import { faultWords } from "../../frame/faults";
import { FieldBox } from "../../frame/fields";
import { upload } from "../../frame/upload";

export interface Paper {
  id: string;
  name: string;
}

const most = 10;
const limit = 20 * 1024 * 1024;

/** Several attachments: each is uploaded when it is chosen. */
export function PaperList({ papers, change, label = "附件" }: { papers: Paper[]; change: (next: Paper[]) => void; label?: string }) {
  const [share, setShare] = useState<number>();
  const [fault, setFault] = useState<string>();
  const send = async (file: File): Promise<void> => {
    setFault(undefined);
    if (file.size > limit) {
      setFault("这个文件超过 20 MB。请压缩，或分成几个文件。");
      return;
    }
    setShare(0);
    try {
      const kept = await upload(file, setShare);
      change([...papers, { id: kept.id, name: kept.name }]);
    } catch (refusal) {
      setFault(faultWords(refusal));
    } finally {
      setShare(undefined);
    }
  };
  return (
    <FieldBox id="papers" label={label} optional help={`PDF、OFD、图片、DOCX、XLSX，最多 ${most} 个，每个不超过 20 MB`} fault={fault}>
      <ul className="plain">
        {papers.map((p) => (
          <li key={p.id}>
            {p.name}{" "}
            <button type="button" className="plain-button" onClick={() => { change(papers.filter((o) => o.id !== p.id)); }}>
              去掉<span className="visually-hidden">{p.name}</span>
            </button>
          </li>
        ))}
      </ul>
      {papers.length < most ? (
        <input
          id="papers"
          type="file"
          accept=".pdf,.ofd,.jpg,.jpeg,.png,.docx,.xlsx"
          disabled={share !== undefined}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = "";
            if (file !== undefined) void send(file);
          }}
        />
      ) : null}
      {share === undefined ? null : <p role="status">正在上传 {Math.round(share * 100)}%</p>}
    </FieldBox>
  );
}
