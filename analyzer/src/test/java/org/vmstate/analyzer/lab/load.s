.code32
.text
.org 0
hdr: .long 0x1BADB002, 0x00010000, -(0x1BADB002+0x00010000)
 .long 0x100000, 0x100000, 0, 0, 0x100000+entry-hdr
# 0x20: parameters
p_pattern: .long 0
p_base: .long 0
p_pages: .long 0
p_gap: .long 0
p_fillbase: .long 0
p_fillpages: .long 0
p_hotpages: .long 0
p_hotshare: .long 0
p_count: .long 0
entry:
 mov $0x100000, %ebp
 mov 0x30(%ebp), %edi
 mov 0x34(%ebp), %ecx
 shl $10, %ecx
 mov $1, %eax
 jecxz 2f
1: imul $1664525, %eax, %eax
 add $1013904223, %eax
 mov %eax, (%edi)
 add $4, %edi
 dec %ecx
 jnz 1b
2: mov 0x24(%ebp), %edi
 mov 0x28(%ebp), %ecx
3: movb $1, 5(%edi)
 add $4096, %edi
 dec %ecx
 jnz 3b
 mov $0x3f8, %dx
 mov $'R', %al
 out %al, %dx
 rdtsc
 mov %eax, %esi
 mov $12345, %ebx
 xor %ecx, %ecx
main:
 cmpl $0, 0x2c(%ebp)
 je go
wait: rdtsc
 sub %esi, %eax
 js wait
 cmp $0x8000000, %eax
 jb 4f
 add %eax, %esi
4: add 0x2c(%ebp), %esi
go:
 incl 0x40(%ebp)
 mov 0x20(%ebp), %eax
 cmp $2, %eax
 jae random
 mov %ecx, %edi
 shl $12, %edi
 add 0x24(%ebp), %edi
 inc %ecx
 cmp 0x28(%ebp), %ecx
 jb 5f
 xor %ecx, %ecx
5: test %eax, %eax
 jne sweep
 incb (%edi)
 incb 1024(%edi)
 incb 2048(%edi)
 incb 3072(%edi)
 jmp main
sweep:
 lea 4096(%edi), %edx
6: incl (%edi)
 add $4, %edi
 cmp %edx, %edi
 jb 6b
 jmp main
random:
 mov 0x28(%ebp), %edi
 imul $1664525, %ebx, %ebx
 add $1013904223, %ebx
 cmp $3, %eax
 jne 7f
 mov %ebx, %edx
 shr $24, %edx
 cmp 0x3c(%ebp), %edx
 jae 7f
 mov 0x38(%ebp), %edi
7: imul $1664525, %ebx, %ebx
 add $1013904223, %ebx
 mov %ebx, %eax
 mul %edi
 mov %edx, %edi
 shl $12, %edi
 add 0x24(%ebp), %edi
 incl 2048(%edi)
 incl 2052(%edi)
 jmp main
