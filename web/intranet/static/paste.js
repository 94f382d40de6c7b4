// What is copied from Word, a mail or a page comes in as the text's own marks: headings, lists, bold,
// links and tables stay, everything else goes. Without scripts a browser pastes the bare words.

const HEADINGS = { H1: "## ", H2: "## ", H3: "### ", H4: "### ", H5: "### ", H6: "### " };
const GONE = ["SCRIPT", "STYLE", "TITLE", "META", "LINK", "XML", "HEAD"];
const SAFE = /^(https?:|mailto:|tel:)/i;
const WORD_BULLET = /^[·•§o\-–](\s|\u00a0)+/;
const WORD_NUMBER = /^\d{1,2}[.)](\s|\u00a0)+/;

const flat = (words) => words.replace(/[\s\u00a0]+/g, " ");

// A mark has to stand at the words themselves: "** x **" is not bold.
function marked(words, mark) {
  const inner = words.trim();
  if (!inner) return words;
  const [before, after] = words.split(inner, 2);
  return `${before}${mark}${inner}${mark}${after ?? ""}`;
}

function inline(node) {
  if (node.nodeType === Node.TEXT_NODE) return flat(node.nodeValue);
  if (node.nodeType !== Node.ELEMENT_NODE || GONE.includes(node.nodeName)) return "";
  if (node.nodeName === "BR") return "\n";
  // Word writes the mark of a list's point beside it, and says that it is nothing but that.
  if (/mso-list:\s*Ignore/i.test(node.getAttribute("style") ?? "")) return "";
  const inner = [...node.childNodes].map(inline).join("");
  const weight = node.style?.fontWeight;
  const bold = ["B", "STRONG"].includes(node.nodeName) ? weight !== "normal" && weight !== "400" : weight === "bold" || weight >= 600;
  if (bold) return marked(inner, "**");
  const href = node.nodeName === "A" ? (node.getAttribute("href") ?? "") : "";
  if (SAFE.test(href) && inner.trim()) return inner.trim() === href ? href : `[${inner.trim()}](${href})`;
  return inner;
}

const line = (node) => inline(node).replace(/ *\n */g, "\n").trim();

function list(node, depth) {
  let number = 0;
  const rows = [];
  for (const one of node.children) {
    if (["UL", "OL"].includes(one.nodeName)) rows.push(...list(one, depth + 1));
    if (one.nodeName !== "LI") continue;
    const inner = [...one.children].filter((child) => ["UL", "OL"].includes(child.nodeName));
    const words = one.cloneNode(true);
    words.querySelectorAll("ul, ol").forEach((child) => child.remove());
    const mark = node.nodeName === "OL" ? `${++number}. ` : "- ";
    rows.push("   ".repeat(depth) + mark + flat(line(words)));
    for (const child of inner) rows.push(...list(child, depth + 1));
  }
  return rows;
}

function table(node) {
  const rows = [...node.rows].map((row) => [...row.cells].map((cell) => flat(line(cell)).replaceAll("|", "\\|")));
  const width = Math.max(...rows.map((row) => row.length));
  if (width < 2) return rows.flat().filter(Boolean).join("\n\n");
  const drawn = rows.map((row) => `| ${[...row, ...Array(width - row.length).fill("")].join(" | ")} |`);
  drawn.splice(1, 0, `|${" --- |".repeat(width)}`);
  return drawn.join("\n");
}

const BLOCKS = "p, div, h1, h2, h3, h4, h5, h6, ul, ol, table, blockquote, section, article, li";

function blocks(node) {
  const found = [];
  let words = "";
  const close = () => {
    if (words.trim()) found.push(words.replace(/ *\n */g, "\n").trim());
    words = "";
  };
  for (const one of node.childNodes) {
    const name = one.nodeName;
    const isBlock = one.nodeType === Node.ELEMENT_NODE && one.matches(BLOCKS);
    if (!isBlock && !one.querySelector?.(BLOCKS)) {
      words += inline(one);
      continue;
    }
    close();
    if (HEADINGS[name]) found.push(HEADINGS[name] + flat(line(one)).replaceAll("**", ""));
    else if (name === "UL" || name === "OL") found.push(list(one, 0).join("\n"));
    else if (name === "TABLE") found.push(table(one));
    else if (one.querySelector(BLOCKS)) found.push(...blocks(one));
    else found.push(point(one));
  }
  close();
  return found.filter((one) => one.replace(/^#+ ?/, ""));
}

// Word's lists are paragraphs with a class, and its headings sometimes as well.
function point(node) {
  const words = line(node);
  const kind = node.className ?? "";
  if (/MsoTitle|MsoHeading|Rubrik1/i.test(kind)) return `## ${words.replaceAll("**", "")}`;
  if (!/MsoListParagraph/i.test(kind) && !/mso-list:/i.test(node.getAttribute("style") ?? "")) return words;
  const bare = node.textContent.trim();
  const mark = WORD_NUMBER.test(bare) ? "1. " : "- ";
  return mark + flat(words).replace(WORD_BULLET, "").replace(WORD_NUMBER, "");
}

function marks(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const found = blocks(page.body);
  // Points that follow one another are one list.
  const isPoint = (one) => /^(- |1\. )/.test(one) && !one.includes("\n");
  return found.reduce((all, one, i) => all + (i === 0 ? "" : isPoint(one) && isPoint(found[i - 1]) ? "\n" : "\n\n") + one, "");
}

for (const area of document.querySelectorAll("textarea[data-marks]")) {
  area.addEventListener("paste", (event) => {
    const html = event.clipboardData?.getData("text/html");
    if (!html || !/<(p|div|h[1-6]|ul|ol|table|b|strong|a)\b/i.test(html)) return; // the bare words are right
    event.preventDefault();
    // As if it were typed, so that the browser can undo it.
    document.execCommand("insertText", false, marks(html));
  });
}
