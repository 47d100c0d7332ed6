import { refusalOf, Unreachable } from "../../shared/api/client";
import type { components } from "../../shared/api/schema";

export type FileRef = components["schemas"]["FileRef"];

/** Sends a form with a file in it; XMLHttpRequest because fetch cannot tell how far it has come. */
export function sendForm<T>(address: string, form: FormData, progress: (share: number) => void, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300 && request.response !== null) resolve(request.response as T);
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
    request.send(form);
  });
}

/** Uploads one attachment. */
export function upload(file: File, progress: (share: number) => void, signal?: AbortSignal): Promise<FileRef> {
  const form = new FormData();
  form.append("file", file);
  return sendForm<FileRef>("/api/v1/files", form, progress, signal);
}

/** Where a file is read: pictures and PDF are shown, the rest is downloaded. */
export function fileAddress(id: string): string {
  return `/api/v1/files/${encodeURIComponent(id)}?inline=1`;
}
