import { refusalOf, Unreachable } from "../../shared/api/client";
import type { components } from "../../shared/api/schema";

export type FileRef = components["schemas"]["FileRef"];

/** Sends one file; XMLHttpRequest because fetch cannot tell how far it has come. */
export function upload(file: File, progress: (share: number) => void, signal?: AbortSignal): Promise<FileRef> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/files");
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response as FileRef);
      else reject(refusalOf(request.status, request.response));
    };
    request.onerror = () => {
      reject(new Unreachable("连接不上服务器"));
    };
    request.onabort = () => {
      reject(new DOMException("given up", "AbortError"));
    };
    signal?.addEventListener("abort", () => {
      request.abort();
    });
    const form = new FormData();
    form.append("file", file);
    request.send(form);
  });
}

/** Where a file is read: always as a download. */
export function fileAddress(id: string): string {
  return `/api/v1/files/${encodeURIComponent(id)}`;
}
