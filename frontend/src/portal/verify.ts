import { verifyAward, verifyDraw } from "./verify/evidence";
import { verification } from "./verify/page";

// Loaded by the verification pages alone; without it they still show the evidence.
for (const main of document.querySelectorAll<HTMLElement>("[data-verify]")) {
  verification(main, main.dataset.verify === "award" ? verifyAward : verifyDraw);
}
