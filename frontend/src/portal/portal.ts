import "./portal.css";
import "./favicon.svg";
import { counting, watching } from "./live";
import { printing } from "./printing";
import { suggestions } from "./suggestions";

// Every page works without this file; it only adds to what is there.
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-suggest]")) {
  suggestions(form);
}
printing(document);
counting(document);
for (const stage of document.querySelectorAll<HTMLElement>("[data-live]")) {
  watching(stage, document.querySelector("[data-live-said]"));
}
