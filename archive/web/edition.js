// The search of a static edition: every word must occur, "in quotes" a phrase; with or without diacritics, đ or d.
const luubao = { articles: [], add(rows) { this.articles.push(...rows); } };
const form = document.getElementById("search");

function folded(text) {
  return text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{M}/gu, "").replace(/\s+/g, " ").trim();
}

function load(number) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = `index/${number}.js`;
    script.onload = done;
    script.onerror = failed;
    document.body.append(script);
  });
}

function terms(words) {
  return [...folded(words).matchAll(/"([^"]+)"|(\S+)/g)].map((found) => found[1] || found[2]);
}

function whole(term) {
  const plain = term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}])${plain}(?![\\p{L}\\p{N}])`, "u");
}

function show(hits) {
  document.getElementById("said").textContent = hits.length ? `${hits.length} bài` : "Không thấy";
  document.getElementById("hits").replaceChildren(...hits.slice(0, 200).map(([id, headline, day]) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const time = document.createElement("time");
    link.href = `articles/${id}.html`;
    link.textContent = headline;
    time.textContent = day;
    item.append(time, " ", link);
    return item;
  }));
}

async function search(event) {
  event.preventDefault();
  const sought = terms(document.getElementById("words").value).map(whole);
  if (!sought.length) return;
  document.getElementById("said").textContent = "…";
  for (; form.dataset.loaded !== form.dataset.chunks;) {
    const number = Number(form.dataset.loaded || 0);
    await load(number);
    form.dataset.loaded = number + 1;
  }
  const rank = (article) => (sought.every((pattern) => pattern.test(folded(article[1]))) ? 0 : 1);
  const hits = luubao.articles.filter((article) => sought.every((pattern) => pattern.test(article[3])));
  show(hits.map((article) => [rank(article), article]).sort((a, b) => a[0] - b[0]).map((pair) => pair[1]));
}

// A search has an address of its own: index.html#q=words
function fromAddress() {
  const words = new URLSearchParams(location.hash.slice(1)).get("q");
  if (!words) return;
  document.getElementById("words").value = words;
  form.requestSubmit();
}

if (form) {
  form.addEventListener("submit", search);
  addEventListener("hashchange", fromAddress);
  fromAddress();
}
