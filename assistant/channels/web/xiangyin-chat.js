// <xiangyin-chat>: the whole chat as one element. Attributes: base (gateway address, default: where this file came from).
import { Microphone, Speaker } from "./sound.js";

const BASE = new URL(".", import.meta.url);
const SESSION_OVER = 4401; // close code: the session is not known any more
const RETRY_MS = [500, 1000, 2000, 5000, 10000];
const TALK = { idle: "点一下，说话", opening: "正在打开麦克风，问您就点“允许”", listening: "在听，说完了点一下" };
const ICON = `
  <svg viewBox="0 0 24 24" aria-hidden="true"><rect x="9" y="2" width="6" height="12" rx="3"/>
    <path d="M5 11a7 7 0 0 0 14 0M12 18v4M8 22h8"/><path class="waves" d="M1.5 7v6M22.5 7v6"/></svg>`;
const SIZES = ["1rem", "1.25rem", "1.5rem"];

class XiangyinChat extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = `
      <link rel="stylesheet" href="${new URL("chat.css", BASE)}">
      <div class="log" role="log" aria-live="polite" aria-relevant="additions" aria-label="对话" tabindex="0"></div>
      <div class="choices" role="group" aria-label="可以选"></div>
      <div class="partial" aria-hidden="true"></div>
      <button class="talk" type="button" aria-pressed="false">${ICON} <span>${TALK.idle}</span></button>
      <form><label class="visually-hidden" for="text">打字说</label>
        <input id="text" maxlength="300" autocomplete="off" placeholder="也可以打字，比如：养老金怎么认证">
        <button type="submit">发送</button></form>
      <div class="bar">
        <button type="button" data-say="人工">转人工</button>
        <button type="button" data-say="再说一遍">再说一遍</button>
        <button type="button" class="quiet">别念了</button>
        <button type="button" class="size">字大点</button>
        <label>家乡话 <select aria-label="家乡话"></select></label>
      </div>`;
    this.inside = (name) => root.querySelector(name);
    this.speaker = new Speaker();
    this.microphone = new Microphone();
    this.attempt = 0;
    this.unanswered = new Map(); // what was said, by its id, until a reply or an error says that it was taken
    this.bind();
    this.connect();
  }

  disconnectedCallback() {
    this.gone = true;
    this.microphone.close();
    this.socket?.close();
  }

  bind() {
    this.inside("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const input = this.inside("input");
      this.say(input.value);
      input.value = "";
    });
    onPress(this.inside(".talk"), () => (this.listening ? this.hush() : this.listen()));
    this.inside(".quiet").addEventListener("click", () => this.quiet());
    this.inside(".size").addEventListener("click", () => {
      this.size = ((this.size ?? 0) + 1) % SIZES.length;
      this.style.setProperty("--size", SIZES[this.size]);
    });
    for (const button of this.shadowRoot.querySelectorAll("[data-say]")) {
      onPress(button, () => this.say(button.dataset.say));
    }
    this.inside("select").addEventListener("change", ({ target }) => {
      this.dialect = target.value;
      this.told = undefined;
      this.tellDialect();
    });
  }

  async connect() {
    if (this.gone) return;
    try {
      this.base ??= new URL(this.getAttribute("base") ?? BASE);
      if (!this.session) await this.open();
    } catch (problem) {
      this.retry(problem.sentence);
      return;
    }
    const address = new URL(`ws?session=${encodeURIComponent(this.session)}`, this.base);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onopen = () => {
      this.attempt = 0;
      this.toggleAttribute("ready", true);
      this.tellDialect();
      this.unanswered.forEach((message) => this.send(message));
    };
    socket.onclose = ({ code }) => {
      this.removeAttribute("ready");
      this.inside(".partial").textContent = "";
      if (this.listening && code !== SESSION_OVER) this.show("bot", "刚才断了一下，请再点一下，重新说。", "failed");
      this.hush(false);
      if (code === SESSION_OVER) this.session = undefined;
      this.retry();
    };
    this.socket = socket;
  }

  retry(sentence = "连不上，正在再试。急事请打12345。") {
    if (this.attempt === 1) this.show("bot", sentence, "failed"); // once, and not for a short break
    setTimeout(() => this.connect(), RETRY_MS[Math.min(this.attempt, RETRY_MS.length - 1)]);
    this.attempt += 1;
  }

  async open() {
    const answer = await fetch(new URL("api/session", this.base), { method: "POST" });
    const content = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(content.error), { sentence: content.sentence });
    this.session = content.session;
    this.show("bot", this.greeted ? "刚才的对话断了，现在重新开始。没办完的请再说一遍。" : content.welcome, "answered");
    if (this.greeted) return;
    this.greeted = true;
    const dialects = await (await fetch(new URL("api/dialects", this.base))).json();
    this.inside("select").replaceChildren(...dialects.map(({ id, name }) => new Option(name, id)));
  }

  receive(data) {
    if (typeof data !== "string") {
      if (!this.hushed) this.speaker.add(data);
      return;
    }
    const message = JSON.parse(data);
    if (message.id) this.unanswered.delete(message.id);
    if (message.type === "partial") this.inside(".partial").textContent = message.text;
    if (message.type === "thinking") this.inside(".partial").textContent = "……";
    if (message.type === "listening" && !message.on) this.hush(false);
    if (message.type === "error") this.show("bot", message.sentence, "failed");
    if (message.type === "reply") this.answer(message);
  }

  answer(reply) {
    this.inside(".partial").textContent = "";
    if (!reply.id && reply.heard) this.show("you", reply.heard); // spoken: what was typed is there already
    this.hushed = false;
    const dialects = this.inside("select");
    if (dialects.value !== reply.dialect) dialects.value = this.dialect = reply.dialect; // changed by word
    const labels = reply.choices.length ? reply.choices.map((choice) => choice.label) : this.answers(reply);
    this.offer(labels);
    this.show("bot", reply.display, reply.status, labels);
  }

  /** One button for each label. A keyboard that was on a button before goes to the log: new ones are the next stop. */
  offer(labels) {
    const choices = this.inside(".choices");
    const held = choices.contains(this.shadowRoot.activeElement);
    const buttons = labels.map((label) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
      onPress(button, () => this.say(label));
      return button;
    });
    choices.replaceChildren(...buttons);
    if (held) this.inside(".log").focus({ preventScroll: true });
  }

  answers({ expecting }) {
    if (expecting?.kind === "yes_no") return ["对", "不对"];
    return expecting?.choices ?? [];
  }

  say(text) {
    if (!text.trim()) return;
    this.hush(false); // said in another way: the microphone would hear our answer
    this.quiet();
    this.show("you", text);
    this.offer([]);
    const message = { type: "say", text, id: crypto.randomUUID?.() ?? String(Math.random()) };
    this.unanswered.set(message.id, message);
    if (!this.send(message)) this.show("bot", "还没连上。一连上就替您发出去，不用再打一遍。", "failed");
  }

  /** A chosen dialect, once to each session. */
  tellDialect() {
    if (!this.dialect || this.told === this.session) return;
    if (this.send({ type: "dialect", id: this.dialect })) this.told = this.session;
  }

  get listening() {
    return this.talk === "listening";
  }

  async listen() {
    if (this.talk === "opening") return; // the browser is still asking: one microphone is enough
    this.quiet();
    if (!navigator.mediaDevices?.getUserMedia) {
      this.show("bot", "这个浏览器或者这个网址用不了麦克风（要 https），请打字。", "failed");
      return;
    }
    this.mark("opening");
    try {
      await this.microphone.open((piece) => {
        if (this.listening && this.socket?.readyState === WebSocket.OPEN) this.socket.send(piece);
      });
    } catch {
      this.microphone.close();
      this.mark("idle");
      this.show("bot", "麦克风打不开。请在浏览器里允许使用麦克风，或者打字。", "failed");
      return;
    }
    if (this.send({ type: "listen" })) {
      this.mark("listening");
    } else {
      this.microphone.close();
      this.mark("idle");
      this.show("bot", "还没连上，请过一会儿再说。", "failed");
    }
  }

  hush(tell = true) {
    if (!this.listening) return;
    if (tell) this.send({ type: "stop" });
    this.microphone.close();
    this.mark("idle");
  }

  /** What the talk button is doing: a key of TALK. */
  mark(talk) {
    this.talk = talk;
    const button = this.inside(".talk");
    button.setAttribute("aria-pressed", String(this.listening));
    button.querySelector("span").textContent = TALK[talk];
  }

  quiet() {
    this.hushed = true;
    this.speaker.stop();
    this.send({ type: "quiet" });
  }

  /** Whether it could be sent. */
  send(message) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** One turn in the log, its beginning in view. `labels` are the choices, for those who hear the page. */
  show(who, text, status, labels = []) {
    const turn = document.createElement("div");
    turn.className = `turn ${who}`;
    turn.append(hidden(who === "you" ? "您说：" : "乡音说："), text);
    if (labels.length) turn.append(hidden(`可以选：${labels.join("、")}。`));
    if (status) turn.dataset.status = status;
    const log = this.inside(".log");
    const before = log.lastElementChild;
    log.append(turn);
    const asked = who === "bot" && before?.matches(".you") && before.offsetHeight < log.clientHeight / 3;
    log.scrollTop = (asked ? before : turn).offsetTop - 8;
  }
}

/** A double click and a key held down are one press: many people press everything twice. */
function onPress(button, act) {
  button.addEventListener("keydown", (event) => event.repeat && event.key === "Enter" && event.preventDefault());
  button.addEventListener("click", ({ detail }) => detail < 2 && act());
}

function hidden(text) {
  return Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: text });
}

customElements.define("xiangyin-chat", XiangyinChat);
