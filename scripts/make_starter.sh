#!/usr/bin/env bash
# Train the starter weights on the phantom and put them into bundle/models; about twenty minutes on one CPU core.
set -euo pipefail
cd "$(dirname "$0")/.."

python -m monai.bundle run training --config_file bundle/configs/train.json --output_dir output/starter \
    --max_epochs 250 --val_interval 50 --num_val_samples 128 --ema_decay 0.999
cp output/starter/model.pt output/starter/model.json bundle/models/
python scripts/measure_starter.py --ckpt_path bundle/models/model.pt --num_samples 256
