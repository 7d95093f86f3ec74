// <xiangyin-chat>: the whole chat as one element. Attributes: base (gateway address, default: where this file came from).
import { Microphone, Speaker } from "./sound.js";

const BASE = new URL(".", import.meta.url);
const RETRY_MS = [500, 1000, 2000, 5000, 10000];
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
      <button class="talk" type="button" aria-pressed="false">🎤 点一下，说话</button>
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
    this.inside(".talk").addEventListener("click", () => (this.listening ? this.hush() : this.listen()));
    this.inside(".quiet").addEventListener("click", () => this.quiet());
    this.inside(".size").addEventListener("click", () => {
      this.size = ((this.size ?? 0) + 1) % SIZES.length;
      this.style.setProperty("--size", SIZES[this.size]);
    });
    for (const button of this.shadowRoot.querySelectorAll("[data-say]")) {
      button.addEventListener("click", () => this.say(button.dataset.say));
    }
    this.inside("select").addEventListener("change", ({ target }) => this.send({ type: "dialect", id: target.value }));
  }

  async connect(attempt = 0) {
    try {
      this.base ??= new URL(this.getAttribute("base") ?? BASE);
      if (!this.session) await this.open();
      const address = new URL(`ws?session=${encodeURIComponent(this.session)}`, this.base);
      address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
      const socket = new WebSocket(address);
      socket.binaryType = "arraybuffer";
      socket.onmessage = ({ data }) => this.receive(data);
      socket.onopen = () => this.toggleAttribute("ready", true);
      socket.onclose = ({ code }) => {
        this.removeAttribute("ready");
        this.hush(false);
        if (code === 4401) this.session = undefined;
        if (!this.gone) setTimeout(() => this.connect(Math.min(attempt + 1, RETRY_MS.length - 1)), RETRY_MS[attempt]);
      };
      this.socket = socket;
    } catch {
      if (!this.warned) this.show("bot", "连不上，正在再试。急事请打12345。", "failed");
      this.warned = true;
      setTimeout(() => this.connect(Math.min(attempt + 1, RETRY_MS.length - 1)), RETRY_MS[attempt]);
    }
  }

  async open() {
    const answer = await fetch(new URL("api/session", this.base), { method: "POST" });
    const content = await answer.json();
    if (!answer.ok) throw new Error(content.sentence);
    this.session = content.session;
    if (!this.greeted) this.show("bot", content.welcome, "answered");
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
    if (message.type === "partial") this.inside(".partial").textContent = message.text;
    if (message.type === "thinking") this.inside(".partial").textContent = "……";
    if (message.type === "listening" && !message.on) this.hush(false);
    if (message.type === "error") this.show("bot", message.sentence, "failed");
    if (message.type === "reply") this.answer(message);
  }

  answer(reply) {
    this.inside(".partial").textContent = "";
    if (this.spoken && reply.heard) this.show("you", reply.heard);
    this.spoken = false;
    this.hushed = false;
    this.show("bot", reply.display, reply.status);
    const buttons = (reply.choices.length ? reply.choices.map((choice) => choice.label) : this.answers(reply)).map((label) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
      button.addEventListener("click", () => this.say(label));
      return button;
    });
    this.inside(".choices").replaceChildren(...buttons);
  }

  answers({ expecting }) {
    if (expecting?.kind === "yes_no") return ["对", "不对"];
    return expecting?.choices ?? [];
  }

  say(text) {
    if (!text.trim()) return;
    this.quiet();
    this.show("you", text);
    this.inside(".choices").replaceChildren();
    this.send({ type: "say", text, id: crypto.randomUUID?.() ?? String(Math.random()) });
  }

  async listen() {
    this.quiet();
    if (!navigator.mediaDevices?.getUserMedia) {
      this.show("bot", "这个浏览器或者这个网址用不了麦克风（要 https），请打字。", "failed");
      return;
    }
    try {
      this.send({ type: "listen" });
      await this.microphone.open((piece) => {
        if (this.listening && this.socket?.readyState === WebSocket.OPEN) this.socket.send(piece);
      });
      this.mark(true);
    } catch {
      this.show("bot", "麦克风打不开。请在浏览器里允许使用麦克风，或者打字。", "failed");
    }
  }

  hush(tell = true) {
    if (!this.listening) return;
    if (tell) this.send({ type: "stop" });
    this.microphone.close();
    this.spoken = true;
    this.mark(false);
  }

  mark(on) {
    this.listening = on;
    const button = this.inside(".talk");
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "👂 在听，说完了点一下" : "🎤 点一下，说话";
  }

  quiet() {
    this.hushed = true;
    this.speaker.stop();
    this.send({ type: "quiet" });
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
    else if (message.type === "say") this.show("bot", "还没连上，请稍等一下再发。", "failed");
  }

  show(who, text, status) {
    const turn = document.createElement("div");
    turn.className = `turn ${who}`;
    turn.textContent = text;
    if (status) turn.dataset.status = status;
    const label = Object.assign(document.createElement("span"), { className: "visually-hidden" });
    label.textContent = who === "you" ? "您说：" : "乡音说：";
    turn.prepend(label);
    const log = this.inside(".log");
    log.append(turn);
    log.scrollTop = log.scrollHeight;
  }
}

customElements.define("xiangyin-chat", XiangyinChat);
