// Microphone in, speech out. No words here: texts belong to xiangyin-chat.js.

/** The browser's microphone as 16 kHz mono int16 pieces. `onPiece` gets an ArrayBuffer every 100 ms. */
export class Microphone {
  async open(onPiece) {
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    this.context = new AudioContext({ sampleRate: 16000 });
    await this.context.audioWorklet.addModule(new URL("microphone-worklet.js", import.meta.url));
    const node = new AudioWorkletNode(this.context, "xiangyin-microphone");
    node.port.onmessage = ({ data }) => onPiece(data);
    this.context.createMediaStreamSource(this.stream).connect(node);
  }

  close() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.context?.close();
    this.stream = this.context = undefined;
  }
}

/** Plays WAV files one after the other; `stop` drops what is left. */
export class Speaker {
  constructor() {
    this.queue = [];
    this.audio = new Audio();
    this.audio.addEventListener("ended", () => this.next());
  }

  add(wav) {
    this.queue.push(URL.createObjectURL(new Blob([wav], { type: "audio/wav" })));
    if (!this.playing) this.next();
  }

  next() {
    this.release();
    const url = this.queue.shift();
    if (!url) return;
    this.playing = url;
    this.audio.src = url;
    // A sound that was stopped is refused late, when the next one may already be playing: leave that one alone.
    this.audio.play().catch(() => this.playing === url && this.stop());
  }

  stop() {
    this.queue.splice(0).forEach((url) => URL.revokeObjectURL(url));
    this.audio.pause();
    this.release();
  }

  /** Lets go of the sound being played, and only then of its bytes: a load under way would fail without them. */
  release() {
    if (!this.playing) return;
    const url = this.playing;
    this.playing = undefined;
    this.audio.removeAttribute("src");
    this.audio.load();
    URL.revokeObjectURL(url);
  }
}
