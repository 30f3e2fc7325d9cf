<?php

final class Slot
{
    public const string DEFAULT = 'default';
    private const ?int LIST = 1;

    public function __construct(
        readonly string $name,
        readonly private ?int $size,
        readonly ?Slot $next = null,
        string $content,
    ) {
    }
}
