"""Write the token vectors of codesearch's default encoder as a model2vec model, for timing semble beside codesearch.

    pip install semble==0.7.0
    python benchmarks/semble_model.py FOLDER
    SEMBLE_MODEL_NAME=FOLDER python benchmarks/side_by_side.py REPOSITORY… --peer 'semble search {question} {repo}'

semble's own weights are on a hub. These have about the same size (48,898 tokens of 256 dimensions beside 62,500), so
that encoding costs as much; position weights and heads, which model2vec does not have, are left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from model2vec import StaticModel
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from codesearch.models.static import StaticEncoder


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    encoder = StaticEncoder.default()
    tokenizer = Tokenizer(models.WordPiece(dict(encoder.vocabulary), unk_token="<unk>"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    StaticModel(encoder.table(), tokenizer, normalize=True).save_pretrained(asked.folder)


if __name__ == "__main__":
    main()
