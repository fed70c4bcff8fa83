#include "stack.h"

int stack_push(struct stack *stack, int value)
{
    if (stack->size == STACK_MAX)
        return 0;
    stack->values[stack->size++] = value;
    return 1;
}

int stack_pop(struct stack *stack, int *value)
{
    if (stack->size == 0)
        return 0;
    *value = stack->values[--stack->size];
    return 1;
}
